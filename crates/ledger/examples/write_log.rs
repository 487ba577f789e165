//! Writes a made log as a folder of C2SP files, for `tests/go-peer` to check:
//! `write_log FOLDER SIZE…`, one folder a size. The key is made and signs nothing real.

use std::{env, error::Error, fs, path::Path};

use orfevre_ledger::{
    Log, Opening, Receipt, Signer, Tile, TilePath, TileSet, entry_bundle, prove_consistency,
    prove_inclusion,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().ok_or("usage: write_log FOLDER SIZE…")?;
    for size in arguments {
        write_log(&Path::new(&folder).join(&size), size.parse()?)?;
    }
    Ok(())
}

fn opening(index: u64) -> Result<Opening, Box<dyn Error>> {
    let mut nonce = [0x11; 32];
    nonce[..8].copy_from_slice(&index.to_be_bytes());
    Ok(Opening::new(nonce, [0x22; 32]).with_label("number", &index.to_string())?)
}

fn write_log(folder: &Path, size: u64) -> Result<(), Box<dyn Error>> {
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().expect("the folder is above it"))?;
        fs::write(path, bytes)
    };
    let signer = Signer::new("ledger.example/receipts", &[7; 32])?;
    let commitments = (0..size)
        .map(|index| Ok(opening(index)?.commitment()))
        .collect::<Result<Vec<_>, Box<dyn Error>>>()?;

    // Appended in uneven pieces; a later tile of the same place is wider.
    let mut log = Log::empty();
    let mut tiles = TileSet::new();
    let mut stored = std::collections::BTreeMap::<(u8, u64), Tile>::new();
    for piece in commitments.chunks(1_000) {
        let appended = log.append(piece)?;
        for tile in appended.tiles() {
            stored.insert((tile.id().level, tile.id().index), tile.clone());
        }
        log = appended.into_log();
    }
    for tile in stored.values() {
        tiles.insert(tile);
        write(&TilePath::Hashes(tile.id()).to_string(), tile.bytes())?;
    }
    for (index, entries) in (0..).zip(commitments.chunks(256)) {
        let width = u16::try_from(entries.len())?;
        let path = TilePath::Entries { index, width };
        write(&path.to_string(), &entry_bundle(entries))?;
    }
    let checkpoint = signer.sign(size, &log.root());
    write("checkpoint", checkpoint.as_bytes())?;
    write("log.vkey", signer.vkey().as_bytes())?;

    for index in [0, size / 2, size - 1] {
        let receipt = Receipt {
            index,
            proof: prove_inclusion(index, size, &tiles)?,
            opening: opening(index)?,
            checkpoint: checkpoint.clone(),
        };
        let path = format!("receipts/{index}.tlog-proof");
        write(&path, receipt.to_string().as_bytes())?;
    }
    for old_size in [1, size / 2, size - 1, size] {
        if old_size > 0 {
            let proof = prove_consistency(old_size, size, &tiles)?;
            let lines: String = proof
                .hashes
                .iter()
                .map(|hash| format!("{hash}\n"))
                .collect();
            write(&format!("consistency/{old_size}"), lines.as_bytes())?;
        }
    }
    Ok(())
}
