//! What kind of value a run of bytes is, without regular expressions.

/// The kind of a value: what a template shows in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A number, with sign, decimals, exponent, percent or thousands separators.
    Num,
    /// A hexadecimal number of some length, or one with `0x`.
    Hex,
    /// A UUID.
    Uuid,
    /// An IPv4, IPv6 or MAC address, perhaps with port or prefix length.
    Ip,
    /// A file's path.
    Path,
    /// A URL with scheme.
    Url,
    /// A date, a time of day or both.
    Time,
    /// A duration with its unit.
    Dur,
    /// A size with its unit.
    Size,
    /// Anything: a word, a name, an identifier, or values of several kinds.
    Any,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Num,
        Self::Hex,
        Self::Uuid,
        Self::Ip,
        Self::Path,
        Self::Url,
        Self::Time,
        Self::Dur,
        Self::Size,
        Self::Any,
    ];

    /// How it stands in a template.
    #[must_use]
    pub fn wildcard(self) -> &'static str {
        match self {
            Self::Num => "<num>",
            Self::Hex => "<hex>",
            Self::Uuid => "<uuid>",
            Self::Ip => "<ip>",
            Self::Path => "<path>",
            Self::Url => "<url>",
            Self::Time => "<time>",
            Self::Dur => "<dur>",
            Self::Size => "<size>",
            Self::Any => "<*>",
        }
    }

    /// Whether values of this kind are written in digits.
    pub(super) fn is_digits(self) -> bool {
        matches!(self, Self::Num | Self::Hex | Self::Time)
    }

    /// The kind of values of both kinds.
    #[must_use]
    pub(super) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Num, Self::Hex) | (Self::Hex, Self::Num) => Self::Hex,
            _ => Self::Any,
        }
    }
}

/// The kind of a run of bytes that holds a digit.
pub(super) fn kind_of(run: &[u8]) -> Kind {
    let (mut digits, mut hex, mut other, mut dots, mut colons, mut dashes, mut slashes) =
        (0, 0, 0, 0, 0, 0, 0);
    for &b in run {
        match b {
            b'0'..=b'9' => digits += 1,
            b'a'..=b'f' | b'A'..=b'F' => hex += 1,
            b'.' => dots += 1,
            b':' => colons += 1,
            b'-' => dashes += 1,
            b'/' | b'\\' => slashes += 1,
            _ => other += 1,
        }
    }
    let letters = hex + other;
    let unsigned = run
        .strip_prefix(b"-")
        .or_else(|| run.strip_prefix(b"+"))
        .unwrap_or(run);
    if run.len() == 36 && digits + hex == 32 && dashes == 4 && run[8] == b'-' && run[13] == b'-' {
        return Kind::Uuid;
    }
    if letters == 0 && colons + slashes == 0 && dots <= 1 && !unsigned.contains(&b'-') {
        return Kind::Num;
    }
    if is_number(unsigned) {
        return Kind::Num;
    }
    if let Some(rest) = unsigned
        .strip_prefix(b"0x")
        .or_else(|| unsigned.strip_prefix(b"0X"))
    {
        return match rest.iter().all(u8::is_ascii_hexdigit) {
            true => Kind::Hex,
            false => Kind::Any,
        };
    }
    if other == 0 && dots == 3 && hex == 0 && colons <= 1 && dashes == 0 {
        return Kind::Ip;
    }
    if is_time(run) {
        return Kind::Time;
    }
    if other == 0 && colons >= 2 && dots == 0 && dashes == 0 && slashes <= 1 {
        return Kind::Ip;
    }
    if run.windows(3).any(|three| three == b"://") {
        return Kind::Url;
    }
    if slashes > 1 || matches!(run[0], b'/' | b'.' | b'~') && slashes > 0 {
        return Kind::Path;
    }
    if other + dots + colons + dashes == 0 && run.len() >= 6 {
        return Kind::Hex;
    }
    unit_of(unsigned)
}

/// Digits with one of: decimals, thousands separators, an exponent, a percent sign.
fn is_number(run: &[u8]) -> bool {
    let run = run.strip_suffix(b"%").unwrap_or(run);
    let mut exponent = false;
    let mut last = 0;
    for &b in run {
        match b {
            b'0'..=b'9' | b'.' | b',' => {}
            b'e' | b'E' if !exponent && last != 0 => exponent = true,
            b'+' | b'-' if matches!(last, b'e' | b'E') => {}
            _ => return false,
        }
        last = b;
    }
    last.is_ascii_digit()
        && run.first().is_some_and(u8::is_ascii_digit)
        && run.iter().filter(|&&b| b == b'.').count() <= 1
}

/// `12ms`, `1m30s`, `64172MB`: a number with a unit; anything else is of no special kind.
fn unit_of(run: &[u8]) -> Kind {
    let number = run
        .iter()
        .take_while(|b| b.is_ascii_digit() || **b == b'.')
        .count();
    if number == 0 {
        return Kind::Any;
    }
    let unit = &run[number..];
    let letters = unit.iter().take_while(|b| !b.is_ascii_digit()).count();
    match unit_kind(&unit[..letters]) {
        Some(kind) if letters == unit.len() => kind,
        Some(Kind::Dur) => match unit_of(&unit[letters..]) {
            Kind::Dur => Kind::Dur,
            _ => Kind::Any,
        },
        _ => Kind::Any,
    }
}

/// The kind of what is measured in this unit.
pub(super) fn unit_kind(unit: &[u8]) -> Option<Kind> {
    const DURATIONS: &[&str] = &[
        "ns",
        "us",
        "µs",
        "μs",
        "ms",
        "s",
        "m",
        "h",
        "d",
        "sec",
        "secs",
        "second",
        "seconds",
        "min",
        "mins",
        "minute",
        "minutes",
        "hour",
        "hours",
        "day",
        "days",
        "msec",
        "msecs",
        "usec",
        "millis",
        "milliseconds",
        "millisecond",
        "microseconds",
        "nanoseconds",
    ];
    const SIZES: &[&str] = &["b", "k", "g", "t", "bytes", "byte", "octets"];
    if unit.len() > 12 {
        return None;
    }
    if DURATIONS.iter().any(|name| unit == name.as_bytes()) {
        return Some(Kind::Dur);
    }
    let prefixed = match unit {
        [p, b'B' | b'b'] | [p, b'i', b'B'] => {
            matches!(p.to_ascii_lowercase(), b'k' | b'm' | b'g' | b't')
        }
        [b'M'] => true,
        _ => SIZES
            .iter()
            .any(|name| unit.eq_ignore_ascii_case(name.as_bytes())),
    };
    prefixed.then_some(Kind::Size)
}

/// Whether a run is a date, a time of day or both, by its groups of digits: `13:55:31`,
/// `2017-05-16`, `09/Nov/2026:13:55:31`, `20171223-22:15:29:606`, `3:55PM`.
pub(super) fn is_time(run: &[u8]) -> bool {
    if let [hour @ .., b':', b'0'..=b'5', b'0'..=b'9', b'A' | b'P', b'M'] = run {
        return (1..3).contains(&hour.len()) && hour.iter().all(u8::is_ascii_digit);
    }
    let run = match run {
        [b'I' | b'W' | b'E' | b'F' | b'D', rest @ ..] if rest.len() == 4 => rest,
        _ => run,
    };
    if !run.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    // Lengths of the groups of digits and what stands between them.
    let (mut lengths, mut between) = ([0usize; 8], [0u8; 8]);
    let mut groups = 0;
    let mut at = 0;
    while at < run.len() {
        let start = at;
        while at < run.len() && run[at].is_ascii_digit() {
            at += 1;
        }
        if at > start {
            if groups == 8 {
                break;
            }
            lengths[groups] = at - start;
            groups += 1;
        }
        let Some(&separator) = run.get(at) else { break };
        let letters = run[at..]
            .iter()
            .take_while(|b| b.is_ascii_alphabetic())
            .count();
        let between_at = groups - 1;
        match separator {
            b'T' | b'Z' | b'z' if letters == 1 => between[between_at] = b'T',
            b'-' | b'/' | b':' | b'.' | b',' | b'_' | b'+' => {
                if between[between_at] == 0 {
                    between[between_at] = separator;
                }
            }
            _ if letters == 3 && is_month(&run[at..at + 3]) => {
                at += 2;
            }
            _ => return false,
        }
        at += 1;
    }
    let clock = (0..groups.saturating_sub(2)).any(|i| {
        lengths[i] <= 2
            && lengths[i + 1] <= 2
            && lengths[i + 2] <= 2
            && between[i] == b':'
            && between[i + 1] == b':'
    });
    let date = (0..groups.saturating_sub(2)).any(|i| {
        let same = between[i] == between[i + 1] && matches!(between[i], b'-' | b'/' | b'.');
        let [a, b, c] = [lengths[i], lengths[i + 1], lengths[i + 2]];
        same && b <= 2
            && (a == 4 && (c == 2 || c == 1)
                || a <= 2 && c == 4 && between[i] != b'.'
                || a == 2 && b == 2 && c == 2 && between[i] == b'/')
    });
    (clock || date) && groups <= 8
}

/// Whether a word is a month's English name in three letters or in full.
pub(super) fn is_month(word: &[u8]) -> bool {
    starts_name(word, b"JanFebMarAprMayJunJulAugSepOctNovDec")
}

/// Whether a word is the name of a day of the week.
pub(super) fn is_weekday(word: &[u8]) -> bool {
    starts_name(word, b"MonTueWedThuFriSatSun")
}

fn starts_name(word: &[u8], names: &[u8]) -> bool {
    word.len() == 3 && names.chunks(3).any(|name| name == word)
}
