//! Bar codes of type Code 128 (ISO/IEC 15417), which parcels' labels carry.
//!
//! Some lines across the picture and down it are read; a code that lies aslant is missed. Its check character and
//! the quiet zone before it keep chance out.

/// The widths of bars and spaces of each value; the last three begin a code, in the sets A, B and C.
const PATTERNS: [[u8; 6]; 106] = {
    let text = b"212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232";
    let mut patterns = [[0; 6]; 106];
    let mut at = 0;
    while at < 106 * 6 {
        patterns[at / 6][at % 6] = text[at] - b'0';
        at += 1;
    }
    patterns
};

const STOP: [u8; 7] = [2, 3, 3, 1, 1, 1, 2];

/// Lines read in each direction.
const LINES: usize = 32;

/// What the codes of a picture say, each once.
pub(crate) fn codes(grey: &[u8], width: usize, height: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut runs = Vec::new();
    let mut read = |line: &mut dyn Iterator<Item = u8>| {
        let line: Vec<u8> = line.collect();
        for backward in [false, true] {
            runs_of(&line, backward, &mut runs);
            in_line(&runs, &mut found);
        }
    };
    for number in 0..LINES {
        let y = height * (2 * number + 1) / (2 * LINES);
        read(&mut grey[y * width..(y + 1) * width].iter().copied());
        let x = width * (2 * number + 1) / (2 * LINES);
        read(&mut (0..height).map(|y| grey[y * width + x]));
    }
    found
}

/// The lengths of what is light and dark in turn, the first being light.
fn runs_of(line: &[u8], backward: bool, runs: &mut Vec<usize>) {
    runs.clear();
    runs.push(0);
    let (Some(low), Some(high)) = (line.iter().min(), line.iter().max()) else {
        return;
    };
    if high - low < 64 {
        return;
    }
    let middle = low + (high - low) / 2;
    let mut dark = false;
    let mut take = |byte: u8| {
        if (byte < middle) != dark {
            dark = !dark;
            runs.push(0);
        }
        if let Some(last) = runs.last_mut() {
            *last += 1;
        }
    };
    if backward {
        line.iter().rev().for_each(|byte| take(*byte));
    } else {
        line.iter().for_each(|byte| take(*byte));
    }
}

fn in_line(runs: &[usize], found: &mut Vec<String>) {
    // Dark runs have odd numbers.
    let mut at = 1;
    while at + 13 <= runs.len() {
        let module = runs[at..at + 6].iter().sum::<usize>() / 11;
        // The standard asks for ten modules of quiet; labels often leave less.
        if (at == 1 || runs[at - 1] >= 5 * module)
            && let Some(start @ 103..) = value(&runs[at..at + 6])
            && let Some((text, length)) = after_start(&runs[at + 6..], start)
        {
            if !text.is_empty() && !found.contains(&text) && found.len() < 64 {
                found.push(text);
            }
            at += 6 + length;
            continue;
        }
        at += 2;
    }
}

/// The value whose pattern these runs have.
fn value(runs: &[usize]) -> Option<usize> {
    let sum: usize = runs.iter().sum();
    let error = |pattern: &[u8; 6]| -> usize {
        pattern
            .iter()
            .zip(runs)
            .map(|(width, run)| (usize::from(*width) * sum).abs_diff(run * 11))
            .sum()
    };
    let (value, error) = PATTERNS
        .iter()
        .map(error)
        .enumerate()
        .min_by_key(|(_, error)| *error)?;
    // In elevenths of a run: two modules of error in all.
    (error <= 2 * sum).then_some(value)
}

/// The characters up to the stop, and how many runs they took.
fn after_start(runs: &[usize], start: usize) -> Option<(String, usize)> {
    let mut values = Vec::new();
    let mut at = 0;
    loop {
        let next = runs.get(at..at + 6)?;
        let is_stop = runs.get(at + 6).is_some_and(|last| {
            let sum: usize = next.iter().sum::<usize>() + last;
            STOP.iter()
                .zip(next.iter().chain([last]))
                .map(|(width, run)| (usize::from(*width) * sum).abs_diff(run * 13))
                .sum::<usize>()
                <= 2 * sum
        });
        if is_stop {
            at += 7;
            break;
        }
        values.push(value(next).filter(|value| *value < 103)?);
        if values.len() > 200 {
            return None;
        }
        at += 6;
    }
    let check = values.pop()?;
    let sum: usize = values
        .iter()
        .enumerate()
        .map(|(at, value)| (at + 1) * value)
        .sum();
    if (start + sum) % 103 != check {
        return None;
    }
    let mut set = start;
    let mut shifted = None;
    let mut text = String::new();
    for value in values {
        let of = shifted.take().unwrap_or(set);
        match (of, value) {
            (105, 0..=99) => {
                text.push(char::from(b'0' + (value / 10) as u8));
                text.push(char::from(b'0' + (value % 10) as u8));
            }
            (103, 64..=95) => text.push(char::from((value - 64) as u8)),
            (103 | 104, 0..=95) => text.push(char::from(value as u8 + 32)),
            (103, 98) => shifted = Some(104),
            (104, 98) => shifted = Some(103),
            (103 | 104, 99) => set = 105,
            (103 | 105, 100) => set = 104,
            (104 | 105, 101) => set = 103,
            // Marks that are no characters.
            _ => {}
        }
    }
    Some((text, at))
}
