//! Exhibits' bytes, by SHA-256, in a local folder. Streamed in, hashed on the way, fsynced (file
//! and folder) before anything refers to them; never changed, never served by a name a person gave.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};
use tokio::{
    fs,
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{OwnedRwLockReadGuard, RwLock},
};

/// Where exhibits lie.
#[derive(Clone, Debug)]
pub struct Objects {
    folder: PathBuf,
    /// Read by who has kept bytes and not yet recorded them, written by who removes bytes that no
    /// record names: equal bytes lie in one place.
    recording: Arc<RwLock<()>>,
}

/// Why bytes were not kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// More bytes than the caller allows for one file.
    #[error("file is larger than {most} bytes")]
    TooLarge {
        /// The limit, in bytes.
        most: u64,
    },
    /// The folder refused: disk full, permissions, a fault of the disk.
    #[error("the file could not be written")]
    Io(#[from] io::Error),
}

/// Bytes on their way in. Dropped before [`Incoming::keep`], whatever the reason, they are forgotten;
/// what a kill leaves in `incoming/` the next start removes.
pub struct Incoming {
    file: fs::File,
    path: Unfinished,
    folder: PathBuf,
    hash: Sha256,
    size: u64,
    most: u64,
    head: Vec<u8>,
    recording: Arc<RwLock<()>>,
}

/// Held from when bytes were kept until a record names them: meanwhile nobody removes them.
#[derive(Debug)]
#[must_use = "bytes that nothing names may be removed once this is dropped"]
pub struct Unrecorded(#[expect(dead_code, reason = "held, not read")] OwnedRwLockReadGuard<()>);

/// What was kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// Number of bytes.
    pub size: u64,
    /// The type the bytes themselves show, never the one that was claimed.
    pub media_type: &'static str,
}

/// Room on the disk that holds the exhibits, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What this program may still write.
    pub free: u64,
    /// All of it.
    pub whole: u64,
}

impl Objects {
    /// How much room there is.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn space(&self) -> io::Result<Space> {
        space(&self.folder)
    }

    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let incoming = folder.join("incoming");
        std::fs::create_dir_all(&incoming)?;
        for left_over in std::fs::read_dir(&incoming)? {
            std::fs::remove_file(left_over?.path())?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            recording: Arc::default(),
        })
    }

    /// Starts a file of at most `most` bytes; `unique` names the temporary file.
    ///
    /// # Errors
    /// When the folder refuses.
    pub async fn receive(&self, unique: &str, most: u64) -> Result<Incoming, UploadError> {
        let path = self.folder.join("incoming").join(unique);
        // The file and its removal are made in one go: whoever waits for them may be dropped meanwhile, and
        // what the blocking task then gives back is let go too.
        let create = move || {
            let file = std::fs::File::create_new(&path)?;
            Ok::<_, io::Error>((file, Unfinished(path)))
        };
        let (file, path) = tokio::task::spawn_blocking(create)
            .await
            .map_err(io::Error::other)??;
        Ok(Incoming {
            file: fs::File::from_std(file),
            path,
            folder: self.folder.clone(),
            hash: Sha256::new(),
            size: 0,
            most,
            head: Vec::new(),
            recording: Arc::clone(&self.recording),
        })
    }

    /// Waits until all that was kept is recorded, and holds back who would keep more.
    pub(crate) async fn all_recorded(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.recording.write().await
    }

    /// Removes an object; one that is not there is removed already. What else lies beside it is not
    /// touched, and a cut before the disk has it leaves the object as it was.
    pub(crate) async fn remove(&self, sha256: &[u8; 32]) -> io::Result<()> {
        match fs::remove_file(place(&self.folder, sha256)).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }

    /// The whole object.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or its bytes are no longer those of its name.
    pub async fn read(&self, sha256: &[u8; 32]) -> io::Result<Vec<u8>> {
        let bytes = fs::read(place(&self.folder, sha256)).await?;
        if Sha256::digest(&bytes).as_slice() == sha256 {
            Ok(bytes)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "exhibit's bytes do not have the hash they were sealed with",
            ))
        }
    }

    /// An object to be read by another process. Its bytes are not checked against its name.
    ///
    /// # Errors
    /// When it is not there or cannot be opened.
    pub fn open_one(&self, sha256: &[u8; 32]) -> io::Result<std::fs::File> {
        std::fs::File::open(place(&self.folder, sha256))
    }

    /// The first bytes of an object, at most so many. Of a longer object they are not checked against its name,
    /// which needs them all.
    ///
    /// # Errors
    /// As [`Objects::read`].
    pub async fn read_start(&self, sha256: &[u8; 32], most: u64) -> io::Result<Vec<u8>> {
        let file = fs::File::open(place(&self.folder, sha256)).await?;
        if file.metadata().await?.len() <= most {
            return self.read(sha256).await;
        }
        let mut start = Vec::new();
        file.take(most).read_to_end(&mut start).await?;
        Ok(start)
    }
}

impl Incoming {
    /// Appends bytes.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`] as soon as the limit is passed, and when the disk refuses.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), UploadError> {
        self.size += bytes.len() as u64;
        if self.size > self.most {
            return Err(UploadError::TooLarge { most: self.most });
        }
        if self.head.len() < 512 {
            let wanted = (512 - self.head.len()).min(bytes.len());
            self.head.extend_from_slice(&bytes[..wanted]);
        }
        self.hash.update(bytes);
        self.file.write_all(bytes).await?;
        Ok(())
    }

    /// The type the bytes so far show.
    #[must_use]
    pub fn media_type(&self) -> &'static str {
        sniff(&self.head)
    }

    /// Makes the bytes durable under their hash. Hold the second part until a record names them.
    ///
    /// # Errors
    /// When the disk refuses: then nothing was kept.
    pub async fn keep(mut self) -> Result<(Kept, Unrecorded), UploadError> {
        let unrecorded = Unrecorded(self.recording.read_owned().await);
        self.file.flush().await?;
        self.file.sync_all().await?;
        let sha256: [u8; 32] = self.hash.finalize_reset().into();
        let path = place(&self.folder, &sha256);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).await?;
            fs::rename(&self.path.0, &path).await?;
            fs::File::open(parent).await?.sync_all().await?;
            // The two folder levels above may be new too.
            for above in parent.ancestors().skip(1).take(2) {
                fs::File::open(above).await?.sync_all().await?;
            }
        }
        let kept = Kept {
            sha256,
            size: self.size,
            media_type: sniff(&self.head),
        };
        Ok((kept, unrecorded))
    }
}

/// A temporary file, removed when it is let go. A connection that breaks drops whoever was writing at
/// any moment, and that must not fill the disk.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        match std::fs::remove_file(&self.0) {
            Ok(()) => {}
            // It was kept, under another name.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, "an unfinished upload stays until the next start"),
        }
    }
}

fn place(folder: &Path, sha256: &[u8; 32]) -> PathBuf {
    let name = hex(sha256);
    folder.join(&name[..2]).join(&name[2..4]).join(name)
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            write!(text, "{byte:02x}").expect("writing to a string cannot fail");
            text
        })
}

/// The media type that the first bytes show (WHATWG MIME Sniffing §6, the kinds evidence has).
fn sniff(head: &[u8]) -> &'static str {
    const SIGNATURES: [(&[u8], &str); 12] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"OggS", "application/ogg"),
        (b"ID3", "audio/mpeg"),
        (b"\x1a\x45\xdf\xa3", "video/webm"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "application/x-ole-storage",
        ),
        (b"MZ", "application/vnd.microsoft.portable-executable"),
    ];
    for (signature, media_type) in SIGNATURES {
        if head.starts_with(signature) {
            return media_type;
        }
    }
    if head.len() >= 12 && &head[..4] == b"RIFF" && &head[8..12] == b"WEBP" {
        return "image/webp";
    }
    if head.len() >= 8 && &head[4..8] == b"ftyp" {
        return "video/mp4";
    }
    if std::str::from_utf8(head).is_ok_and(|text| !text.contains('\0')) {
        return "text/plain";
    }
    "application/octet-stream"
}

#[cfg(unix)]
fn space(folder: &Path) -> io::Result<Space> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(Space {
        free: disk.f_bavail.saturating_mul(disk.f_frsize),
        whole: disk.f_blocks.saturating_mul(disk.f_frsize),
    })
}

#[cfg(not(unix))]
fn space(_folder: &Path) -> io::Result<Space> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bytes_are_kept_under_their_hash_and_read_back_checked() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let mut incoming = objects.receive("one", 10).await.unwrap();
        incoming.write(b"%PDF-").await.unwrap();
        incoming.write(b"1.7").await.unwrap();
        assert_eq!(incoming.media_type(), "application/pdf");
        let (kept, _unrecorded) = incoming.keep().await.unwrap();
        assert_eq!((kept.size, kept.media_type), (8, "application/pdf"));
        assert_eq!(objects.read(&kept.sha256).await.unwrap(), b"%PDF-1.7");
        std::fs::write(place(folder.path(), &kept.sha256), b"%PDF-1.8").unwrap();
        assert!(objects.read(&kept.sha256).await.is_err());
    }

    #[tokio::test]
    async fn a_file_over_the_limit_or_cut_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let objects = Objects::open(folder.path()).unwrap();
        let mut incoming = objects.receive("one", 4).await.unwrap();
        assert!(matches!(
            incoming.write(b"12345").await,
            Err(UploadError::TooLarge { most: 4 })
        ));
        drop(incoming);
        let mut cut = objects.receive("two", 4).await.unwrap();
        cut.write(b"1").await.unwrap();
        drop(cut);
        assert_eq!(
            std::fs::read_dir(folder.path().join("incoming"))
                .unwrap()
                .count(),
            0
        );
    }
}
