use proptest::prelude::*;

use super::*;
use crate::logs::{LogSession, Note, Row, StoreLimits};
use crate::protocol::{Gap, GapReason, LogBatch, LogStream};
use crate::time::Nanos;

fn head(session: &LogSession) -> Head {
    let source = |source: u16| SourceHead {
        source,
        name: session.source_name(source).unwrap_or_default().to_owned(),
        container: ContainerId(format!("id-{source}")),
        whole: session.is_loaded(source),
    };
    Head {
        saved: Millis(1_700_000_000_000),
        name: "shop".to_owned(),
        view: "?q=timeout".to_owned(),
        sources: (0..session.source_count() as u16).map(source).collect(),
        let_go: session.let_go(),
    }
}

fn written(session: &LogSession, slice: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let readings = [Readings {
        container: ContainerId("id-0".to_owned()),
        samples: vec![StatsSample::default(); 1500],
    }];
    let mut writer = SnapshotWriter::new(session, &head(session), &readings, &[], &mut out);
    while !writer.write(session, slice, &mut out) {}
    out
}

fn parts(bytes: &[u8], chunk: usize) -> Result<Vec<Part>, SnapshotError> {
    let (mut reader, mut parts) = (SnapshotReader::default(), Vec::new());
    for bytes in bytes.chunks(chunk.max(1)) {
        reader.push(bytes);
        while let Some(part) = reader.part()? {
            parts.push(part);
        }
    }
    reader.finish().map(|()| parts)
}

fn restored(parts: &[Part]) -> LogSession {
    let mut session = LogSession::default();
    for part in parts {
        match part {
            Part::Head(head) => {
                for source in &head.sources {
                    session.restore_source(source.source, &source.name, head.saved, source.whole);
                }
            }
            Part::Lines { source, batch } => session.restore(*source, batch.clone()),
            Part::Note { source, note } => session.restore_note(*source, *note),
            Part::Readings(_) | Part::Events(_) | Part::End(_) => {}
        }
    }
    session
}

/// The beginning of a file up to its first part.
fn first_part(bytes: &[u8]) -> Vec<u8> {
    let length = u32::from_le_bytes(bytes[8..12].try_into().unwrap());
    bytes[..12 + length as usize].to_vec()
}

/// What stands in the rows, as far as somebody sees it.
fn rows(session: &LogSession) -> Vec<String> {
    let row = |row: Row<'_>| match row {
        Row::Entry {
            entry,
            severity,
            source,
            goes_on,
            ..
        } => {
            format!("{source} {entry:?} {severity:?} {goes_on}")
        }
        Row::Note { source, note } => format!("{source} {note:?}"),
    };
    session.store().iter_from(0).map(row).collect()
}

fn line(time: i64, text: &str) -> LogBatch {
    let mut batch = LogBatch::new();
    batch.push_line(Nanos(time), LogStream::Stderr, text);
    batch
}

#[test]
fn what_is_saved_is_what_is_opened() {
    let mut session = LogSession::default();
    session.add_source(0, "web", Millis(0));
    session.add_source(1, "db", Millis(0));
    for n in 0..10_000 {
        session.ingest(
            (n % 2) as u16,
            line(
                n * 1_000_000,
                &format!("INFO request {n} took {} ms", n % 7),
            ),
        );
    }
    session.ended(0, Some(Millis(11_000)), Some(137));
    session.ingest(0, line(12_000_000_000, "ERROR back again"));
    let gap = Gap {
        lines: Some(3),
        after: Some(Nanos(12_000_000_000)),
        before: None,
        reason: GapReason::Rotated,
    };
    session.gap(0, gap);
    let bytes = written(&session, 10_000);
    let parts = parts(&bytes, 777).unwrap();
    assert_eq!(parts[0], Part::Head(head(&session)));
    // What came live is no backlog that was cut.
    assert_eq!(session.loaded_since(), None);
    assert_eq!(restored(&parts).loaded_since(), None);
    let readings = parts.iter().filter_map(|it| match it {
        Part::Readings(it) => Some(it.samples.len()),
        _ => None,
    });
    assert_eq!(readings.sum::<usize>(), 1500);
    let Some(Part::End(end)) = parts.last() else {
        unreachable!("{parts:?}")
    };
    assert_eq!((end.rows, end.gone), (session.store().len() as u64, 0));
    let opened = restored(&parts);
    assert_eq!(rows(&opened), rows(&session));
    assert_eq!(opened.analytics().counts(), session.analytics().counts());
    assert_eq!(opened.late(), 0);
    let text = session.store().iter_from(0).map(|row| match row {
        Row::Entry { entry, .. } => entry.text.len(),
        Row::Note { .. } => 0,
    });
    assert!(
        bytes.len() < 2 * text.sum::<usize>() + 500_000,
        "{}",
        bytes.len()
    );
}

#[test]
fn what_goes_while_it_is_written_is_counted() {
    let mut session = LogSession::new(StoreLimits {
        max_lines: 1000,
        max_bytes: 1 << 20,
    });
    let mut first = LogBatch::new();
    for n in 0..1000 {
        first.push_line(Nanos(n), LogStream::Stdout, &"x".repeat(500));
    }
    session.ingest(0, first.clone());
    let mut out = Vec::new();
    let mut writer = SnapshotWriter::new(&session, &Head::default(), &[], &[], &mut out);
    assert!(!writer.write(&session, 1, &mut out));
    session.ingest(0, first);
    while !writer.write(&session, 1 << 20, &mut out) {}
    let parts = parts(&out, 1 << 20).unwrap();
    let Some(Part::End(end)) = parts.last() else {
        unreachable!("{parts:?}")
    };
    assert!(end.gone > 0);
    assert_eq!(end.rows + end.gone, 1000);
}

#[test]
fn a_file_that_is_none_or_cut_off_is_told() {
    let mut session = LogSession::default();
    session.ingest(0, line(1, "hello"));
    let bytes = written(&session, 100);
    assert_eq!(
        parts(&bytes[..bytes.len() - 1], 50),
        Err(SnapshotError::CutOff)
    );
    assert_eq!(parts(b"", 1), Err(SnapshotError::NoSnapshot));
    assert_eq!(parts(b"SDSN", 1), Err(SnapshotError::NoSnapshot));
    assert_eq!(
        parts(b"2026-11-23 INFO a log, no snapshot", 7),
        Err(SnapshotError::NoSnapshot)
    );
    assert_eq!(parts(b"SDSNAP99.....", 100), Err(SnapshotError::Newer));
    let huge = [&MAGIC[..], &u32::MAX.to_le_bytes(), b"x"].concat();
    assert_eq!(parts(&huge, 100), Err(SnapshotError::Damaged));
    // What another version has besides is passed over, but in front of the head.
    let with = |at: usize| {
        let mut more = bytes.clone();
        more.splice(at..at, [3, 0, 0, 0, 99, 1, 2]);
        parts(&more, 100)
    };
    assert_eq!(with(first_part(&bytes).len()), parts(&bytes, 100));
    assert_eq!(with(MAGIC.len()), Err(SnapshotError::Damaged));
}

proptest! {
    #[test]
    fn rows_stand_as_they_stood(
        sources in 1u16..4,
        steps in proptest::collection::vec((0u16..3, 0i64..30, 0u8..12), 0..80),
        (slice, chunk) in (1usize..2000, 1usize..300),
    ) {
        let mut session = LogSession::default();
        for source in 0..sources {
            session.add_source(source, format!("c{source}"), Millis(0));
        }
        for (n, (source, time, kind)) in steps.into_iter().enumerate() {
            let source = source % sources;
            let time = time * 1_000_000;
            match kind {
                0 => { session.ended(source, Some(Millis(time / 1_000_000)), Some(1)); }
                1 => session.gap(source, Gap {
                    lines: None,
                    after: Some(Nanos(time)),
                    before: None,
                    reason: GapReason::Skipped,
                }),
                _ => session.ingest(source, line(time, &format!("line {n}"))),
            }
        }
        let opened = restored(&parts(&written(&session, slice), chunk).unwrap());
        prop_assert_eq!(rows(&opened), rows(&session));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), chunk in 1usize..50) {
        let _read = parts(&bytes, chunk);
        let _read = parts(&[&MAGIC, bytes.as_slice()].concat(), chunk);
    }

    #[test]
    fn no_part_makes_it_panic(
        bodies in proptest::collection::vec((0u8..8, proptest::collection::vec(any::<u8>(), 0..40)), 0..6),
        chunk in 1usize..50,
    ) {
        // Behind a head that is right, so that each is read; small bytes are mostly numbers and lengths
        // that can be read, too.
        let head = first_part(&written(&LogSession::default(), 1));
        for low in [0xff, 0x07] {
            let mut bytes = head.clone();
            for (kind, body) in &bodies {
                bytes.extend((body.len() as u32 + 1).to_le_bytes());
                bytes.push(*kind);
                bytes.extend(body.iter().map(|it| it & low));
            }
            let (mut reader, mut read) = (SnapshotReader::default(), Vec::new());
            'all: for bytes in bytes.chunks(chunk) {
                reader.push(bytes);
                loop {
                    match reader.part() {
                        Ok(Some(part)) => read.push(part),
                        Ok(None) => break,
                        Err(_) => break 'all,
                    }
                }
            }
            prop_assert!(matches!(read[0], Part::Head(_)));
            restored(&read);
        }
    }

    #[test]
    fn a_changed_byte_makes_no_panic(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut session = LogSession::default();
        session.ingest(0, line(1, "hello"));
        session.restore_note(0, Note::Ended { at: Nanos(2), code: None });
        let mut bytes = written(&session, 100);
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(parts) = parts(&bytes, 1000) {
            restored(&parts);
        }
    }
}
