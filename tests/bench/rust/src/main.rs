//! Times serde_json and rmp-serde on bodies in files; cratedex-bench encoding starts it.
//!
//! Usage: decode_rust FOLDER ROUNDS
//!
//! FOLDER has `<page>.<number>.json` and `.msgpack`. Prints what tests/bench/encoding_clients.h describes. Both fill
//! the same tree, serde_json's Value, so that only the decoding differs, and every value of it is read; giving it back
//! is timed, too, as in C. Each round decodes all bodies of each page in both encodings, in turn, as often as fill a
//! millisecond of this thread's processor time. Single decodes are timed by the clock.

use serde_json::{json, Map, Value};
use std::{collections::BTreeMap, env, error::Error, fs, hint::black_box, time::Duration, time::Instant};

const SAMPLE_NANOSECONDS: u64 = 1_000_000;
const SINGLES: Duration = Duration::from_millis(2);
const MAX_SINGLES: usize = 32;

type Decode = fn(&[u8]) -> Result<Value, Box<dyn Error>>;

struct Decoder {
    encoding: &'static str,
    decode: Decode,
}

const DECODERS: [Decoder; 2] = [
    Decoder { encoding: "json", decode: |body| Ok(serde_json::from_slice(body)?) },
    Decoder { encoding: "msgpack", decode: |body| Ok(rmp_serde::from_slice(body)?) },
];

/// As tests/bench/decoded_values.h has them.
#[derive(Default)]
struct DecodedValues {
    n_values: u64,
    texts: u64,
    numbers: f64,
    n_true: u64,
}

impl DecodedValues {
    fn read_text(&mut self, text: &str) {
        self.n_values += 1;
        if let (Some(first), Some(last)) = (text.as_bytes().first(), text.as_bytes().last()) {
            self.texts += text.len() as u64 + (u64::from(*first) << 32) + (u64::from(*last) << 16);
        }
    }

    fn read(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.read_text(text),
            Value::Array(children) => {
                self.n_values += 1;
                children.iter().for_each(|child| self.read(child));
            }
            Value::Object(members) => {
                self.n_values += 1;
                for (name, member) in members {
                    self.read_text(name);
                    self.read(member);
                }
            }
            Value::Number(number) => {
                self.n_values += 1;
                self.numbers += number.as_f64().unwrap_or(f64::NAN);
            }
            Value::Bool(is_true) => {
                self.n_values += 1;
                self.n_true += u64::from(*is_true);
            }
            Value::Null => self.n_values += 1,
        }
    }
}

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

// Rust's own library has no clock of processor time; the C library, to which it is linked, has.
extern "C" {
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}
const CLOCK_THREAD_CPUTIME_ID: i32 = 3;

fn thread_cpu_nanoseconds() -> u64 {
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the structure is that of 64-bit Linux, and lives until the call returns.
    let status = unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0, "no clock of processor time");
    time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
}

type Bodies = Vec<Vec<u8>>;

/// Pages by key, of each the bodies by encoding as in DECODERS.
fn read_pages(folder: &str) -> Result<BTreeMap<String, [Bodies; 2]>, Box<dyn Error>> {
    let mut paths: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    paths.sort();
    let mut pages: BTreeMap<String, [Bodies; 2]> = BTreeMap::new();
    for path in paths {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a name that is no text")?;
        let (page, encoding) = (name.split('.').next().unwrap_or(""), name.rsplit('.').next().unwrap_or(""));
        let at = DECODERS.iter().position(|decoder| decoder.encoding == encoding).ok_or("another encoding")?;
        pages.entry(page.to_string()).or_default()[at].push(fs::read(&path)?);
    }
    Ok(pages)
}

/// Decodes and reads each body once.
fn read_all(decode: Decode, bodies: &Bodies) -> Result<DecodedValues, Box<dyn Error>> {
    let mut values = DecodedValues::default();
    for body in bodies {
        values.read(&decode(black_box(body))?);
    }
    Ok(values)
}

fn run(decode: Decode, bodies: &Bodies, repeats: u64) -> Result<u64, Box<dyn Error>> {
    let begin = thread_cpu_nanoseconds();
    for _ in 0..repeats {
        black_box(read_all(decode, bodies)?);
    }
    Ok(thread_cpu_nanoseconds() - begin)
}

fn add_singles(decode: Decode, bodies: &Bodies, singles: &mut Vec<u64>) -> Result<(), Box<dyn Error>> {
    let all = Instant::now();
    for _ in 0..MAX_SINGLES {
        let body = &bodies[singles.len() % bodies.len()];
        let begin = Instant::now();
        let mut values = DecodedValues::default();
        values.read(&decode(black_box(body))?);
        black_box(values);
        singles.push(begin.elapsed().as_nanos() as u64);
        if all.elapsed() > SINGLES {
            break;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Figures {
    samples: Vec<f64>,
    singles: Vec<u64>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, folder, rounds] = &arguments[..] else { return Err("usage: decode_rust FOLDER ROUNDS".into()) };
    let rounds: usize = rounds.parse()?;
    let pages = read_pages(folder)?;
    let mut listed = [Map::new(), Map::new()];
    for (page, bodies) in &pages {
        let mut figures = [Figures::default(), Figures::default()];
        let mut fastest = u64::MAX;
        for _ in 0..5 {
            fastest = fastest.min(run(DECODERS[0].decode, &bodies[0], 1)?);
            run(DECODERS[1].decode, &bodies[1], 1)?;
        }
        let repeats = SAMPLE_NANOSECONDS / (fastest + 1) + 1;
        for round in 0..rounds {
            for i in 0..DECODERS.len() {
                let at = (i + round) % DECODERS.len();
                let (decode, bodies) = (DECODERS[at].decode, &bodies[at]);
                let taken = run(decode, bodies, repeats)?;
                figures[at].samples.push(taken as f64 / (repeats * bodies.len() as u64) as f64);
                add_singles(decode, bodies, &mut figures[at].singles)?;
            }
        }
        for at in 0..DECODERS.len() {
            let values = read_all(DECODERS[at].decode, &bodies[at])?;
            listed[at].insert(page.clone(), json!({
                "samples": figures[at].samples, "singles": figures[at].singles,
                "check": {"values": values.n_values, "texts": values.texts.to_string(), "numbers": values.numbers,
                          "true": values.n_true}}));
        }
    }
    let [of_json, of_msgpack] = listed;
    println!("{}", json!({
        "runtime": format!("Rust {}", env!("RUSTC_VERSION")), "missing": [], "decoders": [
            {"encoding": "json", "library": "serde_json", "version": env!("SERDE_JSON_VERSION"), "pages": of_json},
            {"encoding": "msgpack", "key": "decode_rust", "library": "rmp-serde", "version": env!("RMP_SERDE_VERSION"),
             "pages": of_msgpack}]}));
    Ok(())
}
