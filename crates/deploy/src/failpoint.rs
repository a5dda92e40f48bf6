//! Places where a test can have the process killed, to see that a deployment resumes.
//!
//! Where the environment variable [`VARIABLE`] names one of [`ALL`], the process sends itself SIGKILL there.

/// The environment variable that names the fail-point.
pub const VARIABLE: &str = "PALISADE_FAILPOINT";

/// All fail-points, in the order in which a first deployment passes them: before each step of the plan, between sending
/// its transaction and its receipt, and after it; and around the manifest, which is drafted and then moved to its place.
pub const ALL: [&str; 24] = [
    "governance:before",
    "governance:sent",
    "governance:after",
    "core:before",
    "core:sent",
    "core:after",
    "router:before",
    "router:sent",
    "router:after",
    "lens:before",
    "lens:sent",
    "lens:after",
    "rewards:before",
    "rewards:sent",
    "rewards:after",
    "streams:before",
    "streams:sent",
    "streams:after",
    "drops:before",
    "drops:sent",
    "drops:after",
    "manifest:before",
    "manifest:drafted",
    "manifest:after",
];

/// The name in [`VARIABLE`] if it is none of [`ALL`], so that a slip does not pass for a test.
#[must_use]
pub fn unknown() -> Option<String> {
    let name = std::env::var(VARIABLE).ok()?;
    (!ALL.contains(&name.as_str())).then_some(name)
}

/// Dies here where this is the fail-point that was asked for.
pub(crate) fn pass(stage: &str, moment: &str) {
    let name = format!("{stage}:{moment}");
    debug_assert!(ALL.contains(&name.as_str()), "fail-point {name} is not in the list");
    if std::env::var(VARIABLE).is_ok_and(|wanted| wanted == name) {
        // It cannot fail for the own process; and what could not be killed must not go on either.
        let _ =
            rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::process::abort();
    }
}
