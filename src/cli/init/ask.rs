//! One question at the terminal, and its answer.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stdin, stdout};

use super::super::Failed;
use super::questions::Question;

/// The longest answer that is read, in characters; cookies come from a file.
const LONGEST: usize = 4_096;

/// Who is asked: a person, or a file that was put in their place.
pub(super) struct Talk {
    is_person: bool,
}

impl Talk {
    pub(super) fn with_terminal() -> Self {
        Self {
            is_person: stdin().is_terminal(),
        }
    }

    /// Asks, and answers what was typed, without blanks around it.
    pub(super) fn ask(&mut self, question: &Question) -> Result<String, Failed> {
        let usual = match question.usual {
            Some(usual) => format!(" [{usual}]"),
            None => String::new(),
        };
        let prompt = format!("\n{}{usual}\n{}: ", question.text, question.var);
        let given = if question.secret && self.is_person {
            rpassword::prompt_password(prompt).map_err(|why| gone(&why))?
        } else {
            let mut out = stdout().lock();
            write!(out, "{prompt}")
                .and_then(|()| out.flush())
                .map_err(|why| gone(&why))?;
            let mut line = String::new();
            if stdin()
                .lock()
                .read_line(&mut line)
                .map_err(|why| gone(&why))?
                == 0
            {
                return Err(Failed::here(
                    "the answers ended before the questions did; nothing was written",
                ));
            }
            line
        };
        if given.chars().count() > LONGEST {
            let var = question.var;
            return Err(Failed::here(format!(
                "{var}: expected at most {LONGEST} characters; nothing was written"
            )));
        }
        Ok(given.trim().to_owned())
    }
}

fn gone(why: &std::io::Error) -> Failed {
    Failed::here(format!(
        "the terminal cannot be read: {why}; nothing was written"
    ))
}
