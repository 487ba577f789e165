//! What the tests need besides Rust and a C compiler: found, installed where we may, or named in one line.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{Failure, process, root};

/// The programs of the browser tests. Playwright drives Chromium over its own protocol, so no separate driver is needed.
#[derive(Debug)]
pub(crate) struct Tools {
    pub(crate) chromium: PathBuf,
    pub(crate) node: PathBuf,
}

struct Need {
    what: &'static str,
    debian: &'static str,
    find: fn() -> Option<PathBuf>,
}

const NEEDS: &[Need] = &[
    Need {
        what: "Chromium",
        debian: "chromium",
        find: chromium,
    },
    Need {
        what: "Node.js 20 or newer",
        debian: "nodejs",
        find: node,
    },
    Need {
        what: "npm",
        debian: "npm",
        find: npm,
    },
];

const OLDEST_NODE: u32 = 20;

/// Makes sure that everything is there, the npm packages included. Quick when it already is.
pub(crate) fn ensure() -> Result<Tools, Failure> {
    if let Some(chosen) = env::var_os("ORFEVRE_CHROMIUM").filter(|path| !Path::new(path).is_file())
    {
        return Err(Failure::new(
            format!("ORFEVRE_CHROMIUM names no file: {}", chosen.display()),
            "set it to the Chromium to test with, or unset it",
        ));
    }
    let missing: Vec<&Need> = NEEDS
        .iter()
        .filter(|need| (need.find)().is_none())
        .collect();
    if !missing.is_empty() {
        install(&missing)?;
    }
    let found = |need: &Need| (need.find)().ok_or_else(|| to_install(&[need]));
    let [chromium, node, npm] = NEEDS else {
        unreachable!("NEEDS holds the three programs")
    };
    let tools = Tools {
        chromium: found(chromium)?,
        node: found(node)?,
    };
    npm_packages(&found(npm)?)?;
    Ok(tools)
}

fn install(missing: &[&Need]) -> Result<(), Failure> {
    let Some(apt) = in_path("apt-get").filter(|_| is_root()) else {
        return Err(to_install(missing));
    };
    let packages: Vec<_> = missing.iter().map(|need| need.debian).collect();
    println!("installing {}", packages.join(", "));
    process::show(process::command(&apt).args(["-qq", "update"]))?;
    process::show(
        process::command(&apt)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "-y", "install"])
            .args(packages),
    )
}

fn to_install(missing: &[&Need]) -> Failure {
    let what: Vec<_> = missing.iter().map(|need| need.what).collect();
    let debian: Vec<_> = missing.iter().map(|need| need.debian).collect();
    Failure::new(
        format!("not found: {}", what.join(", ")),
        format!(
            "install {} (Debian, Ubuntu: sudo apt-get install -y {})",
            what.join(" and "),
            debian.join(" ")
        ),
    )
}

// The copy says which lock file the folder was installed from, so that a second run does not install again.
fn npm_packages(npm: &Path) -> Result<(), Failure> {
    let folder = root().join("tests/browser");
    let installed = folder.join("node_modules/.installed-from");
    let wanted = fs::read(folder.join("package-lock.json")).map_err(|error| {
        Failure::new(
            format!("tests/browser/package-lock.json: {error}"),
            "take it back from version control",
        )
    })?;
    if fs::read(&installed).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    process::show(process::command(npm).current_dir(&folder).args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]))
    .map_err(|failure| {
        Failure::new(
            failure.what,
            "npm must reach the registry it is configured for, once",
        )
    })?;
    fs::write(&installed, wanted).map_err(|error| {
        Failure::new(
            format!("{}: {error}", installed.display()),
            "see that the folder can be written",
        )
    })
}

fn chromium() -> Option<PathBuf> {
    if let Some(chosen) = env::var_os("ORFEVRE_CHROMIUM") {
        return Some(PathBuf::from(chosen));
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(in_path)
}

fn node() -> Option<PathBuf> {
    let node = in_path("node")?;
    let version = process::output(process::command(&node).arg("--version")).ok()?;
    (major(&version)? >= OLDEST_NODE).then_some(node)
}

fn npm() -> Option<PathBuf> {
    in_path("npm")
}

fn major(version: &str) -> Option<u32> {
    version
        .trim()
        .strip_prefix('v')?
        .split('.')
        .next()?
        .parse()
        .ok()
}

/// The program called `name`, looked for as a shell would.
pub(crate) fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn is_root() -> bool {
    process::output(process::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_are_read() {
        assert_eq!(major("v20.19.2\n"), Some(20));
        assert_eq!(major("v8"), Some(8));
        for bad in ["", "20.1.0", "vx.1", "v"] {
            assert_eq!(major(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_missing_is_named_in_one_line() {
        let failure = to_install(&NEEDS.iter().collect::<Vec<_>>());
        assert_eq!(
            failure.mend,
            "install Chromium and Node.js 20 or newer and npm \
             (Debian, Ubuntu: sudo apt-get install -y chromium nodejs npm)"
        );
    }

    #[test]
    fn programs_are_found_in_the_path_only() {
        assert!(in_path("sh").is_some());
        assert!(in_path("no-such-program-at-all").is_none());
    }
}
