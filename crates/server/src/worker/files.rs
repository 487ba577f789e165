//! The files of submissions: their first bytes, or for mails, documents and pictures what a child process reads.
//!
//! A child may take its whole time, so none is waited for: the submission stays queued (in the database, where a
//! kill leaves it) while its files are read, and everything else goes on. Few are read at once. What was read is
//! kept for a while, since an agent's word on a hit harmonises the submission again. A file that cannot be
//! read is read as nothing, with a line in the log and a word to the agent: a reason that comes later tries again.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io,
    sync::Arc,
    time::Instant,
};

use observables::mask_cards;
use reading::{Cause, Format, PDQ, Part, Problem, SNIFFED, sniff};
use store::intake::Upload;
use tokio::task::JoinHandle;

use crate::{
    app::App,
    harmonise::{self, Content, MOST_READ, Taken},
    reader::{Reader, place_of},
};

/// Bytes of the files of one submission that are read here, and of text that is taken out of the others.
const MOST_OF_FILES: u64 = 8 << 20;
/// Submissions whose files are read at once.
const AT_ONCE: usize = 2;
/// Files of one submission may take so many times what one may.
const TIMES: u32 = 3;
/// Submissions that are known to wait for a reader: what stands behind them in the queue is looked at.
const MOST_KNOWN: usize = 4096;
/// Files of which is kept what was read, and the bytes of all their texts.
const KEPT: usize = 512;
const KEPT_BYTES: usize = 32 << 20;
/// Problems of one file that are logged, and that are kept.
const TOLD: usize = 3;
const MOST_PROBLEMS: usize = 100;

type Sha256 = [u8; 32];

/// What children read and have read.
#[derive(Default)]
pub(crate) struct Readings {
    /// By place in the ledger.
    running: HashMap<i64, Running>,
    /// Submissions that wait for room among those.
    known: HashSet<i64>,
    /// What was read for a submission, until it is harmonised.
    ready: HashMap<i64, HashMap<Sha256, Arc<Taken>>>,
    /// What was read last, the oldest first.
    kept: VecDeque<(Sha256, Arc<Taken>)>,
}

struct Running {
    files: Vec<Sha256>,
    task: JoinHandle<Vec<(Sha256, Arc<Taken>)>>,
}

impl Readings {
    /// How many submissions of the queue wait for children.
    pub(super) fn waiting(&self) -> usize {
        self.running.len() + self.known.len()
    }

    /// Whether a submission is to be left where it is for now.
    pub(super) fn must_wait(&self, seq: i64) -> bool {
        self.running.contains_key(&seq)
            || (self.known.contains(&seq) && self.running.len() >= AT_ONCE)
    }

    /// Takes what children have read by now. `queued` are the submissions that wait to be harmonised.
    pub(super) async fn collect(&mut self, queued: impl Iterator<Item = i64>) {
        if !self.known.is_empty() {
            let queued: HashSet<i64> = queued.collect();
            self.known.retain(|seq| queued.contains(seq));
        }
        let ended: Vec<i64> = self
            .running
            .iter()
            .filter(|(_, running)| running.task.is_finished())
            .map(|(seq, _)| *seq)
            .collect();
        for seq in ended {
            let Some(Running { files, task }) = self.running.remove(&seq) else {
                continue;
            };
            let read = task.await.unwrap_or_else(|error| {
                tracing::error!(%error, seq, "the reading of a submission's files broke off");
                files
                    .into_iter()
                    .map(|sha256| (sha256, stopped()))
                    .collect()
            });
            for (sha256, taken) in &read {
                self.keep(*sha256, taken);
            }
            self.ready.insert(seq, read.into_iter().collect());
        }
    }

    fn keep(&mut self, sha256: Sha256, taken: &Arc<Taken>) {
        self.kept.retain(|(kept, _)| *kept != sha256);
        self.kept.push_back((sha256, Arc::clone(taken)));
        let mut bytes: usize = self.kept.iter().map(|(_, taken)| length(taken)).sum();
        while self.kept.len() > KEPT || bytes > KEPT_BYTES {
            let Some((_, oldest)) = self.kept.pop_front() else {
                return;
            };
            bytes -= length(&oldest);
        }
    }

    /// What was read of a file, for a submission or lately.
    fn read(&self, seq: i64, sha256: &Sha256) -> Option<Arc<Taken>> {
        let ready = self.ready.get(&seq).and_then(|read| read.get(sha256));
        let kept = || {
            let found = self.kept.iter().find(|(kept, _)| kept == sha256);
            found.map(|(_, taken)| taken)
        };
        ready.or_else(kept).cloned()
    }

    /// Files of a submission in which something is read, each with its texts or first bytes, until they are enough;
    /// none while a child is reading one. A file that cannot be read now is an operator's to put right, and
    /// keeps nothing else from being found.
    pub(super) async fn files(
        &mut self,
        app: &App,
        seq: i64,
        uploads: Vec<Upload>,
    ) -> Option<Vec<(Upload, Content)>> {
        let mut files = Vec::new();
        let mut unread: Vec<(Upload, Format)> = Vec::new();
        let mut room = MOST_OF_FILES;
        for upload in uploads {
            if let Some(taken) = self.read(seq, &upload.sha256) {
                files.push((upload, Content::Taken(taken)));
                continue;
            }
            let Some(head) = start(app, &upload, SNIFFED as u64 + 1).await else {
                files.push((upload, Content::Unread(Cause::Limit)));
                continue;
            };
            let format = sniff(&head);
            if is_for_a_child(format) {
                unread.push((upload, format));
                continue;
            }
            let wanted = upload.size.min(MOST_READ);
            if !harmonise::is_read(&upload.name, &upload.media_type) {
                files.push((upload, Content::Unread(Cause::Unsupported)));
                continue;
            }
            let bytes = match wanted > room {
                true => None,
                false => start(app, &upload, MOST_READ).await,
            };
            let content = bytes.map_or(Content::Unread(Cause::Limit), |bytes| {
                room -= wanted;
                Content::Start(bytes)
            });
            files.push((upload, content));
        }
        if !unread.is_empty() && app.settings.reader.is_none() {
            for (upload, _) in unread.drain(..) {
                told(&upload, "there is no program to read it");
                files.push((upload, Content::Unread(Cause::Unsupported)));
            }
        }
        if unread.is_empty() {
            self.ready.remove(&seq);
            self.known.remove(&seq);
            return Some(files);
        }
        if self.running.len() < AT_ONCE {
            self.known.remove(&seq);
            self.begin(app, seq, unread);
        } else if self.known.len() < MOST_KNOWN {
            self.known.insert(seq);
        }
        None
    }

    fn begin(&mut self, app: &App, seq: i64, unread: Vec<(Upload, Format)>) {
        // What was read for it before some other file came stays at hand, whatever is kept beside.
        let before = self.ready.remove(&seq).unwrap_or_default();
        let files = unread.iter().map(|(upload, _)| upload.sha256).collect();
        let app = app.clone();
        let task = tokio::task::spawn_blocking(move || {
            let mut read: Vec<(Sha256, Arc<Taken>)> = before.into_iter().collect();
            read.extend(read_all(&app, &unread));
            app.arrived.notify_one();
            read
        });
        self.running.insert(seq, Running { files, task });
    }
}

/// Mails, documents and pictures: what others' parsers read.
fn is_for_a_child(format: Format) -> bool {
    match format {
        Format::Mail
        | Format::Mbox
        | Format::Msg
        | Format::Pdf
        | Format::Png
        | Format::Jpeg
        | Format::Gif
        | Format::Webp => true,
        Format::Text
        | Format::Utf16
        | Format::Html
        | Format::Csv
        | Format::Json
        | Format::Binary => false,
    }
}

async fn start(app: &App, upload: &Upload, most: u64) -> Option<Vec<u8>> {
    match app.store.objects.read_start(&upload.sha256, most).await {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                sha256 = store::objects::hex(&upload.sha256),
                "a file could not be read for what is in it"
            );
            None
        }
    }
}

fn told(upload: &Upload, problem: &str) {
    tracing::warn!(
        exhibit = upload.id,
        sha256 = store::objects::hex(&upload.sha256),
        problem = &*mask_cards(problem),
        "a file was not read, or not all of it"
    );
}

/// Reads files, one after the other: each within its time, all within a few times that.
fn read_all(app: &App, unread: &[(Upload, Format)]) -> Vec<(Sha256, Arc<Taken>)> {
    let time = app.settings.reading_time;
    let until = Instant::now() + time * TIMES;
    let mut room = usize::try_from(MOST_OF_FILES).unwrap_or(usize::MAX);
    unread
        .iter()
        .map(|(upload, format)| {
            let left = time.min(until.saturating_duration_since(Instant::now()));
            let mut taken = Taken::default();
            let broken_off = match &app.settings.reader {
                Some(program) if !left.is_zero() && room > 0 => {
                    let most = usize::try_from(MOST_READ).unwrap_or(usize::MAX).min(room);
                    let reader = Reader::brief(program.clone(), left, most);
                    read_one(app, upload, *format, &reader, most, &mut taken).err()
                }
                _ => Some(io::Error::other(
                    "the files before it took all the time or room",
                )),
            };
            if let Some(error) = broken_off {
                told(upload, &error.to_string());
                taken.problems.push(broke_off(&error.to_string()));
            }
            room = room.saturating_sub(length(&taken));
            (upload.sha256, Arc::new(taken))
        })
        .collect()
}

/// What was read before it went wrong is there.
fn read_one(
    app: &App,
    upload: &Upload,
    format: Format,
    reader: &Reader,
    most: usize,
    read: &mut Taken,
) -> io::Result<()> {
    let file = app.store.objects.open_one(&upload.sha256)?;
    let (mut taken, mut problems) = (0, 0);
    reader.read(format, file, &mut |reading| {
        let before = place_of(&reading);
        for mut problem in reading.problems {
            problems += 1;
            if problems <= TOLD {
                told(upload, &problem.what);
            }
            if problems <= MOST_PROBLEMS {
                problem.path.insert_str(0, &before);
                read.problems.push(problem);
            }
        }
        let pictures = reading.facts.into_iter().filter(|fact| fact.name == PDQ);
        read.pictures.extend(pictures.map(|fact| fact.value));
        for mut part in reading.parts {
            taken += size(&part);
            if taken > most {
                return Err(io::Error::other("there is more text than is read"));
            }
            part.path.insert_str(0, &before);
            read.parts.push(part);
        }
        Ok(())
    })
}

/// What a part takes, its names included: many that are empty are long as well.
fn size(part: &Part) -> usize {
    size_of::<Part>() + part.path.len() + part.label.len() + part.text.len()
}

fn length(taken: &Taken) -> usize {
    taken.parts.iter().map(size).sum()
}

/// That a reader did not come to the end.
fn broke_off(what: &str) -> Problem {
    Problem {
        path: String::new(),
        cause: Cause::Limit,
        what: what.to_owned(),
    }
}

/// Of a file whose reader was lost.
fn stopped() -> Arc<Taken> {
    Arc::new(Taken {
        problems: vec![broke_off("its reading broke off")],
        ..Taken::default()
    })
}
