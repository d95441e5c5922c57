//! Typing errors in the words of a record.

/// The one of these words that was meant: itself, or the only one that a single slip turns into what is written. A slip is a
/// letter too many, missing, wrong, or two that changed places; case never counts.
pub fn meant<'a>(written: &str, words: &[&'a str]) -> Option<&'a str> {
    let written: Vec<char> = written.to_lowercase().chars().collect();
    let letters = |word: &str| word.chars().collect::<Vec<char>>();
    if let Some(exact) = words.iter().find(|word| letters(word) == written) {
        return Some(exact);
    }
    let mut near = words.iter().filter(|word| one_slip(&written, &letters(word)));
    let only = near.next()?;
    near.next().is_none().then_some(only)
}

fn one_slip(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(same..).unwrap_or_default(), b.get(same..).unwrap_or_default());
    match (a, b) {
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, end @ ..]) => a == d && b == c && rest == end,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_one_slip_is_known_and_a_doubtful_one_is_not() {
        let words = ["include", "redirect", "exists"];
        for written in ["include", "INCLUDE", "inlcude", "inclde", "inclued", "includes", "enclude", "nclude"] {
            assert_eq!(meant(written, &words), Some("include"), "{written}");
        }
        for written in ["", "in", "includess", "incldeu", "redirekts"] {
            assert_eq!(meant(written, &words), None, "{written}");
        }
        assert_eq!(meant("ip5", &["ip4", "ip6"]), None);
    }
}
