//! Running other programs: with their output shown as it comes, and read on the way by whoever counts.

use std::{
    env,
    io::{self, BufRead, BufReader, Read, Write},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::Mutex,
    thread,
};

use crate::{Failure, root};

/// A command that runs in the workspace.
pub(crate) fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.current_dir(root());
    // `cargo run` tells xtask about xtask. A build script below that watches one of these would run again each time
    // a person alternates between `cargo xtask test` and `cargo test`.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    command(env::var_os("CARGO").map_or_else(|| "cargo".into(), std::path::PathBuf::from))
}

/// Whether `program` with `args` can be run and succeeds; its output is not shown.
pub(crate) fn answers(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// What a command wrote on its standard output; what it wrote on the other is shown.
pub(crate) fn output(command: &mut Command) -> Result<String, Failure> {
    let done = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| not_started(command, &error))?;
    if !done.status.success() {
        return Err(failed(command, done.status));
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

/// Runs a command that talks to the person directly.
pub(crate) fn show(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| not_started(command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(command, status))
    }
}

/// Runs a command, shows both its outputs as they come and gives every line of them to `read`.
pub(crate) fn listen(
    command: &mut Command,
    read: impl FnMut(&str) + Send,
) -> Result<ExitStatus, Failure> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(command, &error))?;
    let out = child.stdout.take().expect("stdout is piped above");
    let err = child.stderr.take().expect("stderr is piped above");
    let read = Mutex::new(read);
    let tell = |line: &str| {
        let mut read = read.lock().expect("no reader panics while it counts");
        read(line);
    };
    thread::scope(|scope| {
        scope.spawn(|| copy_lines(out, io::stdout(), tell));
        copy_lines(err, io::stderr(), tell);
    });
    child.wait().map_err(|error| not_started(command, &error))
}

// A broken pipe on our own output must not stop the reading: the child would block on a full pipe.
fn copy_lines(from: impl Read, mut to: impl Write, tell: impl Fn(&str)) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _ = to.write_all(&line).and_then(|()| to.flush());
        tell(String::from_utf8_lossy(&line).trim_end());
        line.clear();
    }
}

/// The command as a person would type it.
pub(crate) fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    let mut words = vec![program.to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|arg| arg.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

pub(crate) fn failed(command: &Command, status: ExitStatus) -> Failure {
    Failure::new(
        format!("`{}` failed ({status})", typed(command)),
        "read what it says above",
    )
}

fn not_started(command: &Command, error: &io::Error) -> Failure {
    Failure::new(
        format!("`{}` could not be run: {error}", typed(command)),
        "see that the program is installed and in the PATH",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_outputs_are_read_and_the_status_kept() {
        let mut lines = Vec::new();
        let status = listen(
            command("sh").args(["-c", "echo out; echo err >&2; printf 'no end'; exit 3"]),
            |line| lines.push(line.to_owned()),
        )
        .unwrap();
        lines.sort();
        assert_eq!(lines, ["err", "no end", "out"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_program_that_is_not_there_is_an_error_that_names_it() {
        let failure = show(&mut command("no-such-program-at-all")).unwrap_err();
        assert!(
            failure.what.contains("`no-such-program-at-all`"),
            "{failure}"
        );
        assert!(!answers(&mut command("no-such-program-at-all")));
        assert!(output(command("sh").args(["-c", "exit 1"])).is_err());
    }
}
