//! What `--list-kinds` says, from the table of kinds.

use std::io::{self, Write};

use observables::KINDS;

pub(super) fn list(out: &mut impl Write) -> io::Result<()> {
    for kind in KINDS {
        writeln!(out, "{:<14} {}", kind.name, kind.label_en)?;
        writeln!(out, "    looks like    {}", kind.pattern)?;
        writeln!(out, "    written as    {}", kind.canonical)?;
        if let Some((raw, canonical)) = kind.examples.first() {
            let context = if kind.context.is_empty() {
                String::new()
            } else {
                format!("{} ", kind.context.trim())
            };
            writeln!(out, "    for instance  {context}{raw}  →  {canonical}")?;
        }
    }
    Ok(())
}
