//! Who may see whom: every path in every source, held against the layers.

use crate::layers::{self, CoreLayer, DaemonLayer};
use crate::rules;
use crate::source::{Mention, Module};
use crate::tree::{Member, Target, Tree};
use crate::violation::{Rule, Violation};

const CORE: &str = "starkeeper_actors";
const DAEMON: &str = "starkeeper";
const SANDBOX: &str = "starkeeper_sandbox";

/// Every path that goes against an arrow.
pub fn check(tree: &Tree) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (member, source) in &tree.files {
        for module in &source.modules {
            let for_tests = tree.is_for_tests(*member, module);
            let seen = Sight {
                tree,
                member: *member,
                module,
            };
            if let Some(name) = seen.nowhere() {
                violations.push(Violation {
                    rule: &rules::EVERY_MODULE_HAS_A_PLACE,
                    file: source.file.clone(),
                    line: 1,
                    found: format!("the module `{name}` is in no layer"),
                });
            }
            for mention in &module.mentions {
                if let Some(rule) = seen.judge(mention, for_tests || mention.in_test) {
                    violations.push(Violation {
                        rule,
                        file: source.file.clone(),
                        line: mention.line,
                        found: format!("`{}`", mention.segments.join("::")),
                    });
                }
            }
        }
    }
    violations
}

/// One module, looking at what it mentions.
struct Sight<'a> {
    tree: &'a Tree,
    member: Member,
    module: &'a Module,
}

impl Sight<'_> {
    /// The name of this module when it has no place in the layers.
    fn nowhere(&self) -> Option<String> {
        let path = &self.module.path;
        let placed = match self.member {
            Member::Core => layers::core(path).is_some(),
            Member::Daemon => layers::daemon(path).is_some(),
            Member::Sandbox | Member::Outer => true,
        };
        (!placed).then(|| path.join("::"))
    }

    fn judge(&self, mention: &Mention, in_test: bool) -> Option<&'static Rule> {
        let segments = &mention.segments;
        let target = self.tree.target(self.member, self.module, segments);
        match self.member {
            Member::Core => self.judge_core(&target, in_test),
            Member::Daemon => self.judge_daemon(&target, in_test),
            Member::Sandbox => {
                names_one_of(&target, &[CORE, DAEMON]).then_some(&rules::SANDBOX_SHARES_NOTHING)
            }
            Member::Outer => None,
        }
    }

    fn judge_core(&self, target: &Target, in_test: bool) -> Option<&'static Rule> {
        match layers::core(&self.module.path)? {
            CoreLayer::Root | CoreLayer::System => None,
            CoreLayer::Domain => {
                let own = &[CoreLayer::Domain];
                within(
                    target,
                    own,
                    layers::DOMAIN_CRATES,
                    in_test,
                    &rules::DOMAIN_IS_PURE,
                )
            }
            CoreLayer::Ports => {
                let seen = &[CoreLayer::Ports, CoreLayer::Domain];
                within(
                    target,
                    seen,
                    layers::PORT_CRATES,
                    in_test,
                    &rules::PORTS_SEE_THE_DOMAIN,
                )
            }
            CoreLayer::Supervision => within(
                target,
                &[CoreLayer::Supervision],
                layers::SUPERVISION_CRATES,
                in_test,
                &rules::SUPERVISION_KNOWS_NO_BUSINESS,
            ),
            CoreLayer::Office => match core_layer(target) {
                Some(
                    CoreLayer::Domain
                    | CoreLayer::Ports
                    | CoreLayer::Supervision
                    | CoreLayer::Office,
                )
                | None => None,
                Some(_) => Some(&rules::OFFICE_SERVES_ALL),
            },
            CoreLayer::Testing => match core_layer(target) {
                Some(
                    CoreLayer::Domain
                    | CoreLayer::Ports
                    | CoreLayer::Supervision
                    | CoreLayer::Office
                    | CoreLayer::Testing,
                )
                | None => None,
                Some(_) => Some(&rules::TESTING_SEES_PORTS),
            },
            CoreLayer::Actor(rank) => self.judge_actor(target, rank, in_test),
        }
    }

    /// An actor's tests may make the actors they talk to; its code may not reach past messages.
    fn judge_actor(&self, target: &Target, rank: u8, in_test: bool) -> Option<&'static Rule> {
        let Target::Local(path) = target else {
            return None;
        };
        if in_test || path.first() == self.module.path.first() {
            return None;
        }
        match layers::core(path) {
            Some(
                CoreLayer::Domain | CoreLayer::Ports | CoreLayer::Supervision | CoreLayer::Office,
            ) => None,
            Some(CoreLayer::Actor(other)) if other <= rank => Some(&rules::ACTORS_ASK_DOWNHILL),
            Some(CoreLayer::Actor(_)) => {
                reaches_inside(self.tree, path).then_some(&rules::ACTORS_MEET_AT_THE_MESSAGES)
            }
            Some(CoreLayer::System | CoreLayer::Root) => Some(&rules::SYSTEM_IS_SEEN_BY_NONE),
            Some(CoreLayer::Testing) => Some(&rules::TESTING_SEES_PORTS),
            None => Some(&rules::EVERY_MODULE_HAS_A_PLACE),
        }
    }

    fn judge_daemon(&self, target: &Target, in_test: bool) -> Option<&'static Rule> {
        if !in_test && names_one_of(target, &[SANDBOX]) {
            return Some(&rules::DAEMON_CARRIES_NO_EMULATOR);
        }
        match layers::daemon(&self.module.path)? {
            DaemonLayer::Wiring => None,
            DaemonLayer::Leaf | DaemonLayer::Line => {
                self.judge_alone(target, in_test, &rules::LEAVES_HANG_ALONE)
            }
            DaemonLayer::Adapter => {
                let calls_an_actor = core_path(target).is_some_and(|path| !is_port(path, in_test));
                if calls_an_actor {
                    return Some(&rules::ADAPTERS_SEE_DOMAIN_AND_PORTS);
                }
                let line = |path| layers::daemon(path) == Some(DaemonLayer::Line);
                if matches!(target, Target::Local(path) if line(path)) {
                    return None;
                }
                self.judge_alone(target, in_test, &rules::ADAPTERS_STAND_ALONE)
            }
            DaemonLayer::Driver => self.judge_driver(target, in_test),
        }
    }

    /// A leaf or an adapter: itself, domain and ports.
    fn judge_alone(
        &self,
        target: &Target,
        in_test: bool,
        rule: &'static Rule,
    ) -> Option<&'static Rule> {
        let allowed = match target {
            Target::Local(path) => {
                path.first() == self.module.path.first()
                    && layers::daemon(path) == layers::daemon(&self.module.path)
            }
            Target::Foreign(..) => core_path(target).is_none_or(|path| is_port(path, in_test)),
            Target::Nothing => true,
        };
        (!allowed).then_some(rule)
    }

    fn judge_driver(&self, target: &Target, in_test: bool) -> Option<&'static Rule> {
        let allowed = match target {
            Target::Local(path) => {
                let own_folder = path.first() == self.module.path.first();
                let leaf = path
                    .first()
                    .is_some_and(|top| top == "metrics" || top == "telemetry");
                own_folder || leaf || layers::daemon(path) == Some(DaemonLayer::Driver)
            }
            Target::Foreign(..) => core_path(target).is_none_or(|path| match layers::core(path) {
                Some(CoreLayer::Domain | CoreLayer::Ports | CoreLayer::Supervision) => true,
                Some(CoreLayer::Actor(_)) => !reaches_inside(self.tree, path),
                Some(CoreLayer::Testing) => in_test,
                Some(CoreLayer::Root | CoreLayer::Office | CoreLayer::System) | None => false,
            }),
            Target::Nothing => true,
        };
        (!allowed).then_some(&rules::DRIVERS_SEND_MESSAGES)
    }
}

/// A layer of the core that sees only `own` layers and some crates; its tests see a little more.
fn within(
    target: &Target,
    own: &[CoreLayer],
    crates: &[&str],
    in_test: bool,
    rule: &'static Rule,
) -> Option<&'static Rule> {
    let allowed = match target {
        Target::Local(path) => match layers::core(path) {
            Some(CoreLayer::Testing) => in_test,
            Some(layer) => own.contains(&layer),
            None => false,
        },
        Target::Foreign(name, _) => {
            let name = name.as_str();
            crates.contains(&name) || (in_test && layers::TEST_CRATES.contains(&name))
        }
        Target::Nothing => true,
    };
    (!allowed).then_some(rule)
}

fn core_layer(target: &Target) -> Option<CoreLayer> {
    match target {
        Target::Local(path) => layers::core(path),
        Target::Foreign(..) | Target::Nothing => None,
    }
}

/// The path inside the core, when the target lies there.
fn core_path(target: &Target) -> Option<&[String]> {
    match target {
        Target::Foreign(name, path) if name == CORE => Some(path),
        Target::Foreign(..) | Target::Local(_) | Target::Nothing => None,
    }
}

fn is_port(path: &[String], in_test: bool) -> bool {
    match layers::core(path) {
        Some(CoreLayer::Domain | CoreLayer::Ports) => true,
        Some(CoreLayer::Testing) => in_test,
        Some(
            CoreLayer::Root
            | CoreLayer::Supervision
            | CoreLayer::Office
            | CoreLayer::Actor(_)
            | CoreLayer::System,
        )
        | None => false,
    }
}

/// True when the second name of an actor's path is a module: its inside, not its face.
fn reaches_inside(tree: &Tree, path: &[String]) -> bool {
    path.get(..2)
        .is_some_and(|inside| tree.is_module(Member::Core, inside))
}

fn names_one_of(target: &Target, crates: &[&str]) -> bool {
    matches!(target, Target::Foreign(name, _) if crates.contains(&name.as_str()))
}
