use proptest::prelude::*;

use super::super::line::LINE_CAP_BYTES;
use super::*;
use sidekick::protocol::PART_BYTES;

/// What a program printed: a line without its newline.
#[derive(Clone, Debug)]
struct Printed {
    time: i64,
    stderr: bool,
    text: Vec<u8>,
}

fn printed(time: i64, stderr: bool, text: impl Into<Vec<u8>>) -> Printed {
    Printed {
        time,
        stderr,
        text: text.into(),
    }
}

/// Docker writes all nine digits of the fraction.
fn stamp(time: i64) -> String {
    Nanos(time).to_rfc3339() + " "
}

fn frame(stream: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![stream, 0, 0, 0];
    out.extend((payload.len() as u32).to_be_bytes());
    out.extend(payload);
    out
}

/// The parts into which Docker's copier cuts a line; a line of no bytes is one empty part.
fn parts(text: &[u8]) -> Vec<&[u8]> {
    if text.is_empty() {
        vec![text]
    } else {
        text.chunks(PART_BYTES).collect()
    }
}

/// The body of a log response as Docker writes it.
fn body(lines: &[Printed], tty: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for line in lines {
        let parts = parts(&line.text);
        for (i, part) in parts.iter().enumerate() {
            let mut payload = stamp(line.time).into_bytes();
            payload.extend(*part);
            if i + 1 == parts.len() {
                payload.push(b'\n');
            }
            if tty {
                out.extend(payload);
            } else {
                out.extend(frame(1 + u8::from(line.stderr), &payload));
            }
        }
    }
    out
}

type Line = (i64, bool, bool, String);

fn expected(lines: &[Printed], tty: bool) -> Vec<Line> {
    lines
        .iter()
        .map(|line| {
            let text = line.text.strip_suffix(b"\r").unwrap_or(&line.text);
            let truncated = text.len() > LINE_CAP_BYTES;
            let text = String::from_utf8_lossy(&text[..text.len().min(LINE_CAP_BYTES)]);
            (line.time, line.stderr && !tty, truncated, text.into_owned())
        })
        .collect()
}

fn lines(batch: &LogBatch) -> Vec<Line> {
    batch
        .iter()
        .map(|e| {
            let stderr = e.stream == LogStream::Stderr;
            (e.time.0, stderr, e.truncated, e.text.to_owned())
        })
        .collect()
}

/// Decodes a body that is cut at these places.
fn decode(body: &[u8], tty: bool, cuts: &[usize]) -> (LogBatch, End, u64) {
    let mut cuts: Vec<usize> = cuts.iter().map(|&c| c.min(body.len())).collect();
    cuts.extend([0, body.len()]);
    cuts.sort_unstable();
    let mut decoder = LogDecoder::new(tty);
    let mut out = LogBatch::new();
    for pair in cuts.windows(2) {
        decoder.push(&body[pair[0]..pair[1]], &mut out);
    }
    let end = decoder.finish(&mut out);
    (out, end, decoder.take_malformed())
}

fn whole(body: &[u8], tty: bool) -> Vec<Line> {
    let (batch, end, malformed) = decode(body, tty, &[]);
    assert_eq!((end, malformed), (End::Complete, 0));
    lines(&batch)
}

fn texts(body: &[u8], tty: bool) -> Vec<String> {
    whole(body, tty).into_iter().map(|line| line.3).collect()
}

const T: i64 = 1_795_341_601_123_456_789;

fn sample_lines() -> Vec<Printed> {
    vec![
        printed(T, false, "hello"),
        printed(T + 1, true, "Grüße 🐳"),
        printed(T + 1, true, ""),
        printed(T + 1_000_000_000 - 123_456_789, false, "windows\r"),
        printed(T + 3, false, b"bad \xff\xc3 bytes".to_vec()),
        printed(T + 4, false, " leading space"),
        printed(T + 5, true, stamp(T + 5) + "prints a timestamp itself"),
    ]
}

#[test]
fn every_split_in_two_gives_the_same_lines() {
    for tty in [false, true] {
        let lines_in = sample_lines();
        let body = body(&lines_in, tty);
        for cut in 0..=body.len() {
            let (batch, end, malformed) = decode(&body, tty, &[cut]);
            assert_eq!(
                lines(&batch),
                expected(&lines_in, tty),
                "tty {tty}, cut {cut}"
            );
            assert_eq!((end, malformed), (End::Complete, 0));
        }
    }
}

#[test]
fn a_stream_that_comes_byte_by_byte_gives_the_same_lines() {
    for tty in [false, true] {
        let lines_in = sample_lines();
        let body = body(&lines_in, tty);
        let cuts: Vec<usize> = (0..body.len()).collect();
        assert_eq!(
            lines(&decode(&body, tty, &cuts).0),
            expected(&lines_in, tty)
        );
    }
}

#[test]
fn parts_of_16_kib_are_joined_and_their_timestamps_are_gone() {
    for length in [
        PART_BYTES - 1,
        PART_BYTES,
        PART_BYTES + 1,
        2 * PART_BYTES,
        3 * PART_BYTES + 77,
    ] {
        // Characters of three bytes: the parts cut through them.
        let text: Vec<u8> = "€".bytes().cycle().take(length - length % 3).collect();
        let mut text = text;
        text.resize(length, b'x');
        let lines_in = [
            printed(T, false, text),
            printed(T, false, "next, same instant"),
            printed(T + 9, false, "last"),
        ];
        for tty in [false, true] {
            let body = body(&lines_in, tty);
            assert_eq!(
                whole(&body, tty),
                expected(&lines_in, tty),
                "{length} {tty}"
            );
            // Cuts around every repeated timestamp.
            for near in (1..=length / PART_BYTES).map(|n| n * (PART_BYTES + 31)) {
                for cut in near.saturating_sub(48)..near + 48 {
                    let (batch, ..) = decode(&body, tty, &[cut, cut + 5]);
                    assert_eq!(
                        lines(&batch),
                        expected(&lines_in, tty),
                        "{length} {tty} {cut}"
                    );
                }
            }
        }
    }
}

#[test]
fn parts_of_both_streams_may_interleave() {
    let long = |byte: u8| vec![byte; PART_BYTES + 10];
    let (a, b) = (
        body(&[printed(T, false, long(b'a'))], false),
        body(&[printed(T + 2, true, long(b'b'))], false),
    );
    let first = PART_BYTES + stamp(T).len() + 8;
    let mixed = [&a[..first], &b[..first], &a[first..], &b[first..]].concat();
    let lines = whole(&mixed, false);
    assert_eq!(lines.len(), 2);
    assert!(!lines[0].1 && lines[0].3.bytes().eq(long(b'a')));
    assert!(lines[1].1 && lines[1].3.bytes().eq(long(b'b')));
}

#[test]
fn a_line_that_died_in_the_middle_ends_where_another_begins() {
    let mut half = stamp(T).into_bytes();
    half.extend(vec![b'h'; PART_BYTES]);
    let mut both = frame(1, &half);
    both.extend(body(&[printed(T + 5, false, "after the restart")], false));
    let lines = whole(&both, false);
    assert_eq!((lines[0].0, lines[0].3.len()), (T, PART_BYTES));
    assert_eq!(
        (lines[1].0, lines[1].3.as_str()),
        (T + 5, "after the restart")
    );
}

#[test]
fn a_last_line_without_newline_is_kept() {
    let text = format!("{}one\n{}two", stamp(T), stamp(T + 1));
    assert_eq!(texts(text.as_bytes(), true), ["one", "two"]);
    assert_eq!(texts(&frame(1, text.as_bytes()), false), ["one", "two"]);
    assert_eq!(texts(stamp(T).as_bytes(), true), [""]);
    assert_eq!(texts(b"", true).len() + texts(b"", false).len(), 0);
}

/// What Podman 4.3 sends of a terminal: a chunk for each part in which the program wrote.
#[test]
fn podmans_parts_of_a_terminals_line_are_joined() {
    let mut decoder = LogDecoder::new(true);
    let mut out = LogBatch::new();
    for chunk in [
        "2026-11-22T12:19:38Z wait ",
        "2026-11-22T12:19:38Z for it\r\n",
        "2026-11-22T12:19:38Z at 2026-11-22T12:19:38Z sharp\r\n",
        // Over the end of a second; and a prompt that is answered much later.
        "2026-11-22T12:19:38Z half ",
        "2026-11-22T12:19:39Z whole\r\n",
        "2026-11-22T12:19:39Z name? ",
        "2026-11-22T12:19:41Z me\r\n",
        // The network cut these two, not Podman.
        "2026-11-22T12:19:41Z 2026",
        "-11-2 no stamp",
        "2026-11-22T12:19:41Z \r\n2026-11-",
        "22T12:19:42Z end",
    ] {
        decoder.push(chunk.as_bytes(), &mut out);
    }
    assert_eq!(decoder.finish(&mut out), End::Complete);
    let texts: Vec<&str> = out.iter().map(|e| e.text).collect();
    assert_eq!(
        texts,
        [
            "wait for it",
            "at 2026-11-22T12:19:38Z sharp",
            "half whole",
            "name? ",
            "me",
            "2026-11-2 no stamp",
            "end"
        ]
    );
    let seconds: Vec<i64> = out.iter().map(|e| e.time.0 / 1_000_000_000 % 60).collect();
    assert_eq!(seconds, [38, 38, 38, 39, 41, 41, 42]);
}

#[test]
fn podmans_parts_in_frames_are_joined() {
    let body = [
        "2026-11-22T12:19:38Z half ",
        "2026-11-22T12:19:39Z whole\n",
        "2026-11-22T12:19:39Z died here",
        "2026-11-22T12:19:45Z after the restart\n",
    ]
    .map(|payload| frame(1, payload.as_bytes()))
    .concat();
    assert_eq!(
        texts(&body, false),
        ["half whole", "died here", "after the restart"]
    );
}

#[test]
fn a_text_with_timestamps_is_safe_where_the_engine_writes_fractions() {
    let mut decoder = LogDecoder::new(true);
    let mut out = LogBatch::new();
    decoder.push(b"2026-11-22T12:19:38.5Z at ", &mut out);
    decoder.push(b"2026-11-22T12:19:38.5Z sharp\r\n", &mut out);
    decoder.push(b"2026-11-22T12:19:38.5Z at ", &mut out);
    decoder.push(b"2026-11-22T12:19:38Z sharp\r\n", &mut out);
    let texts: Vec<&str> = out.iter().map(|e| e.text).collect();
    assert_eq!(
        texts,
        [
            "at 2026-11-22T12:19:38.5Z sharp",
            "at 2026-11-22T12:19:38Z sharp"
        ]
    );
}

#[test]
fn empty_lines_are_kept() {
    let lines_in = vec![printed(T, false, ""); 3];
    for tty in [false, true] {
        assert_eq!(texts(&body(&lines_in, tty), tty), ["", "", ""]);
    }
    assert_eq!(texts(b"2026-11-22T10:00:00Z\n", true), [""]);
}

#[test]
fn a_line_over_the_cap_is_cut_at_a_character_and_marked() {
    // One byte and then characters of three: the cap falls inside of one.
    let mut text = b"x".to_vec();
    text.extend("€".bytes().cycle().take(3 * (LINE_CAP_BYTES / 2)));
    let lines_in = [printed(T, false, text), printed(T + 1, false, "short")];
    for tty in [false, true] {
        let (batch, ..) = decode(&body(&lines_in, tty), tty, &[]);
        let long = batch.get(0).unwrap();
        assert!(long.truncated && !long.lossy);
        assert!((LINE_CAP_BYTES - 2..=LINE_CAP_BYTES).contains(&long.text.len()));
        let short = batch.get(1).unwrap();
        assert_eq!((short.text, short.truncated), ("short", false));
    }
    let exact = [printed(
        T,
        false,
        [vec![b'y'; LINE_CAP_BYTES], vec![b'\r']].concat(),
    )];
    for tty in [false, true] {
        assert_eq!(whole(&body(&exact, tty), tty), expected(&exact, tty));
    }
}

#[test]
fn memory_stays_bounded_without_any_newline() {
    let mut decoder = LogDecoder::new(true);
    let mut out = LogBatch::new();
    decoder.push(stamp(T).as_bytes(), &mut out);
    for _ in 0..1000 {
        decoder.push(&[b'z'; 64 << 10], &mut out);
    }
    decoder.push(b"\n", &mut out);
    assert_eq!((out.len(), out.text_bytes()), (1, LINE_CAP_BYTES));
}

#[test]
fn bad_bytes_are_replaced_and_marked() {
    let (batch, ..) = decode(&body(&sample_lines(), false), false, &[]);
    let marks: Vec<bool> = batch.iter().map(|e| e.lossy).collect();
    assert_eq!(marks, [false, false, false, false, true, false, false]);
    assert_eq!(batch.get(4).unwrap().text, "bad \u{fffd}\u{fffd} bytes");
}

#[test]
fn a_line_without_timestamp_takes_the_one_before_and_says_so() {
    let text = format!("{}one\nError grabbing logs: EOF\n", stamp(T));
    let (batch, ..) = decode(&frame(2, text.as_bytes()), false, &[]);
    let odd = batch.get(1).unwrap();
    assert_eq!((odd.time, odd.untimed), (Nanos(T), true));
    assert_eq!(odd.text, "Error grabbing logs: EOF");
}

#[test]
fn an_engine_that_frames_a_terminal_or_not_is_believed_by_its_bytes() {
    let lines_in = [printed(T, false, "x"), printed(T + 1, false, "y")];
    assert_eq!(
        whole(&body(&lines_in, false), true),
        expected(&lines_in, false)
    );
    assert_eq!(
        whole(&body(&lines_in, true), false),
        expected(&lines_in, true)
    );
}

#[test]
fn a_body_that_ends_inside_a_frame_was_cut_and_gives_no_half_line() {
    let body = body(
        &[
            printed(T, false, "whole"),
            printed(T + 1, false, "never whole"),
        ],
        false,
    );
    for cut in body.len() - 40..body.len() {
        let (batch, end, _) = decode(&body[..cut], false, &[]);
        assert_eq!((batch.len(), end), (1, End::Cut), "{cut}");
    }
}

#[test]
fn a_broken_header_is_counted_and_the_next_frame_is_found() {
    let mut bytes = body(&[printed(T, false, "one")], false);
    bytes.extend(b"\x01\x02garbage\x09\x01\x00");
    bytes.extend(body(
        &[printed(T + 1, true, "two"), printed(T + 2, false, "three")],
        false,
    ));
    for cut in 0..bytes.len() {
        let (batch, end, malformed) = decode(&bytes, false, &[cut]);
        let texts: Vec<&str> = batch.iter().map(|e| e.text).collect();
        assert_eq!(texts, ["one", "two", "three"], "{cut}");
        assert_eq!((end, malformed), (End::Complete, 1));
    }
}

#[test]
fn what_the_engine_says_on_its_error_channel_is_an_error() {
    let mut decoder = LogDecoder::new(false);
    let mut out = LogBatch::new();
    let bytes = frame(3, b"error from daemon in stream: disk gone\n");
    decoder.push(&bytes[..20], &mut out);
    assert_eq!(decoder.take_system_error(), None);
    decoder.push(&bytes[20..], &mut out);
    let error = decoder.take_system_error();
    assert_eq!(
        error.as_deref(),
        Some("error from daemon in stream: disk gone")
    );
    assert!(out.is_empty());
}

fn printed_lines() -> impl Strategy<Value = Vec<Printed>> {
    let text = prop_oneof![
        4 => proptest::collection::vec(any::<u8>(), 0..60),
        2 => "[a-zäß🐳 ]{0,30}\r?".prop_map(String::into_bytes),
        1 => (PART_BYTES - 3..PART_BYTES + 3, any::<u8>()).prop_map(|(n, b)| vec![b; n]),
        1 => (2 * PART_BYTES - 2..2 * PART_BYTES + 40).prop_map(|n| {
            (0..n).map(|i| b'a' + (i % 26) as u8).collect()
        }),
    ];
    let line = (0i64..4, any::<bool>(), text).prop_map(|(step, stderr, mut text)| {
        text.retain(|&b| b != b'\n');
        (step, stderr, text)
    });
    proptest::collection::vec(line, 0..8).prop_map(|lines| {
        let mut time = T;
        lines
            .into_iter()
            .map(|(step, stderr, text)| {
                time += step * 1_111_111;
                printed(time, stderr, text)
            })
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_log_in_any_pieces_gives_exactly_what_was_printed(
        lines_in in printed_lines(),
        tty in any::<bool>(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let body = body(&lines_in, tty);
        let cuts: Vec<usize> = cuts.iter().map(|c| c.index(body.len() + 1)).collect();
        let (batch, end, malformed) = decode(&body, tty, &cuts);
        prop_assert_eq!(lines(&batch), expected(&lines_in, tty));
        prop_assert_eq!((end, malformed), (End::Complete, 0));
    }

    #[test]
    fn any_bytes_in_any_pieces_give_the_same_and_never_panic(
        bytes in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>(), Just(b'\n'), Just(b' ')], 0..200),
        tty in any::<bool>(),
        cuts in proptest::collection::vec(0usize..200, 0..8),
    ) {
        prop_assert_eq!(decode(&bytes, tty, &cuts), decode(&bytes, tty, &[]));
    }
}
