//! The layers, laid over each other, each value with the place it was read from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::problem::Problem;
use super::{DEFAULTS, Surroundings, dotenv, names, values};

/// The longest file a secret is read from, in bytes.
const LONGEST_SECRET: u64 = 64 * 1024;

/// All layers.
pub(super) struct Layers {
    figment: Figment,
    remarks: Vec<String>,
    /// Variables that are set and that nothing reads yet, with their origins.
    later: BTreeMap<String, (String, String)>,
}

/// Values are secrets until their name says otherwise, so none is shown here.
impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layers").finish_non_exhaustive()
    }
}

/// Values of one origin, for figment.
struct Given {
    origin: String,
    dict: Dict,
}

impl Provider for Given {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.dict.clone())]))
    }
}

impl Layers {
    /// Lays the layers over each other. What cannot be read becomes a problem and is left out.
    pub(super) fn gather(surroundings: &Surroundings, problems: &mut Vec<Problem>) -> Self {
        let mut layers = Self {
            figment: Figment::new(),
            remarks: Vec::new(),
            later: BTreeMap::new(),
        };
        let dotenv = dotenv_of(surroundings, problems);
        let process = Flat {
            origin: "the environment".into(),
            vars: surroundings.environment.clone(),
        };
        layers.toml("config/default.toml (built in)", DEFAULTS, problems);
        layers.environments_file(surroundings, [&process, &dotenv], problems);
        layers.flat(&dotenv, problems);
        layers.flat(&process, problems);
        layers
    }

    /// The value of a key.
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        self.figment.find_value(key).ok()
    }

    /// Where the value of a key was read.
    pub(super) fn origin(&self, key: &str) -> Option<String> {
        let metadata = self.figment.find_metadata(key)?;
        Some(metadata.name.clone().into_owned())
    }

    pub(super) fn origin_of(&self, var: &str) -> String {
        let origin = names::by_var(var).and_then(|name| self.origin(name.key));
        origin.unwrap_or_else(|| "nowhere".into())
    }

    /// What is odd and no error.
    pub(super) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// What is set for later, with whether it is a secret, its value and its origin.
    pub(super) fn later(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.later
            .iter()
            .map(|(var, (value, origin))| (var.as_str(), value.as_str(), origin.as_str()))
    }

    fn merge(&mut self, origin: String, dict: Dict) {
        let given = Given { origin, dict };
        self.figment = std::mem::take(&mut self.figment).merge(given);
    }

    fn toml(&mut self, origin: &str, text: &str, problems: &mut Vec<Problem>) {
        let problem = |name: String, what: String| Problem {
            name,
            what,
            origin: None,
        };
        let dict: Dict = match Toml::from_str(text) {
            Ok(dict) => dict,
            Err(broken) => {
                let before = broken.span().and_then(|span| text.get(..span.start));
                let line = before.map_or(1, |before| before.matches('\n').count() + 1);
                let why = broken.message().replace('\n', ", ");
                let what = format!("not valid TOML: {why}");
                problems.push(problem(format!("{origin} line {line}"), what));
                return;
            }
        };
        for key in keys(&dict, "") {
            if names::by_key(&key).is_none() {
                // Of the environment, and here by mistake.
                let of_var = names::by_var(&key).map(|name| name.key);
                let meant = of_var
                    .or_else(|| names::meant_key(&key))
                    .map_or_else(String::new, |meant| format!("; `{meant}` may be meant"));
                let what = format!("`{key}` is not a setting{meant}");
                problems.push(problem(origin.into(), what));
            }
        }
        self.merge(origin.into(), dict);
    }

    /// `config/<ENVIRONMENT>.toml`, if it is there.
    fn environments_file(
        &mut self,
        surroundings: &Surroundings,
        flat: [&Flat; 2],
        problems: &mut Vec<Problem>,
    ) {
        let named = flat.iter().find_map(|flat| flat.filled("ENVIRONMENT"));
        let named = named.map(str::to_owned).or_else(|| {
            let built_in = self.value("environment")?;
            built_in.as_str().map(str::to_owned)
        });
        let name = named.unwrap_or_default().to_ascii_lowercase();
        // Only letters: the name becomes a path.
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase()) {
            return;
        }
        let origin = format!("config/{name}.toml");
        match std::fs::read_to_string(surroundings.directory.join(&origin)) {
            Ok(text) => self.toml(&origin, &text, problems),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => {}
            Err(why) => problems.push(Problem {
                name: origin,
                what: format!("cannot be read: {why}"),
                origin: None,
            }),
        }
    }

    fn flat(&mut self, flat: &Flat, problems: &mut Vec<Problem>) {
        for name in names::NAMES {
            match flat.setting(name.var, name.secret) {
                Ok(Some((value, origin))) if values::is_placeholder(&value) => {
                    self.remarks.push(format!(
                        "{} still holds a placeholder and counts as not set (read from {origin})",
                        name.var
                    ));
                }
                Ok(Some((value, origin))) => {
                    let nested = figment::util::nest(name.key, Value::from(value));
                    if let Some(dict) = nested.into_dict() {
                        self.merge(origin, dict);
                    }
                }
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        for (var, value) in &flat.vars {
            if names::later(var).is_some() {
                let said = (value.clone(), flat.origin.clone());
                self.later.insert(var.clone(), said);
            }
            if let Some(remark) = flat.odd(var) {
                self.remarks.push(remark);
            }
        }
    }
}

/// Flat names and their texts, as the environment and `.env` give them.
struct Flat {
    origin: String,
    vars: BTreeMap<String, String>,
}

impl Flat {
    /// A variable that is set to something: an empty one counts as not set.
    fn filled(&self, var: &str) -> Option<&str> {
        let value = self.vars.get(var)?;
        (!value.trim().is_empty()).then_some(value.as_str())
    }

    /// The value of a setting with its exact origin.
    fn setting(&self, var: &str, secret: bool) -> Result<Option<(String, String)>, Problem> {
        let file_var = format!("{var}_FILE");
        let file = secret.then(|| self.filled(&file_var)).flatten();
        let origin = || Some(self.origin.clone());
        // What was never filled in does not contradict the file.
        let own = self.filled(var);
        let own = own.filter(|own| file.is_none() || !values::is_placeholder(own));
        match (own, file) {
            (Some(_), Some(_)) => Err(Problem {
                name: var.into(),
                what: format!("set together with {file_var}: keep one of them"),
                origin: origin(),
            }),
            (Some(value), None) => Ok(Some((value.into(), self.origin.clone()))),
            (None, Some(path)) => match read_secret(Path::new(path)) {
                Ok(value) if value.trim().is_empty() => Ok(None),
                Ok(value) => {
                    let origin = format!("{path}, named by {file_var} in {}", self.origin);
                    Ok(Some((value, origin)))
                }
                Err(why) => Err(Problem {
                    name: file_var,
                    what: format!("cannot read {path}: {why}"),
                    origin: origin(),
                }),
            },
            (None, None) => Ok(None),
        }
    }

    /// A variable that is not ours and was perhaps meant to be.
    fn odd(&self, var: &str) -> Option<String> {
        if names::is_known(var) {
            return None;
        }
        let origin = &self.origin;
        if let Some(stem) = var.strip_suffix("_FILE")
            && names::by_var(stem).is_some()
        {
            return Some(format!(
                "{var} is not read: only secrets come from files (set in {origin})"
            ));
        }
        let meant = names::meant(var)?;
        Some(format!(
            "{var} is not a setting; {meant} may be meant (set in {origin})"
        ))
    }
}

fn read_secret(path: &Path) -> Result<String, String> {
    let length = std::fs::metadata(path)
        .map_err(|why| why.to_string())?
        .len();
    if length > LONGEST_SECRET {
        return Err(format!("{length} bytes are too many for a secret"));
    }
    let text = std::fs::read_to_string(path).map_err(|why| why.to_string())?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// `.env` of the directory if there is one, or the file that `ENV_FILE` names, which must exist.
fn dotenv_of(surroundings: &Surroundings, problems: &mut Vec<Problem>) -> Flat {
    let named = surroundings.environment.get(names::ENV_FILE);
    let named = named.filter(|path| !path.trim().is_empty());
    let path = PathBuf::from(named.map_or(".env", String::as_str));
    let mut flat = Flat {
        origin: path.display().to_string(),
        vars: BTreeMap::new(),
    };
    match std::fs::read_to_string(surroundings.directory.join(&path)) {
        Ok(text) => match dotenv::read(&text, &path) {
            Ok(vars) => flat.vars.extend(vars),
            Err(broken) => problems.extend(broken),
        },
        Err(why) if why.kind() == std::io::ErrorKind::NotFound && named.is_none() => {}
        Err(why) => problems.push(Problem {
            name: named.map_or(".env", |_| names::ENV_FILE).into(),
            what: format!("cannot read {}: {why}", path.display()),
            origin: named.map(|_| "the environment".into()),
        }),
    }
    flat
}

/// The dotted keys of all values.
fn keys(dict: &Dict, before: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (key, value) in dict {
        let dotted = if before.is_empty() {
            key.clone()
        } else {
            format!("{before}.{key}")
        };
        match value.as_dict() {
            Some(inner) => all.extend(keys(inner, &dotted)),
            None => all.push(dotted),
        }
    }
    all
}
