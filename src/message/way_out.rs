//! How one leaves a mailing: the line, label or URL that offers it, and whether its absence can be told.
//!
//! The words are those of the languages in `languages.rs`. Where a text is in another language and holds links, one of them
//! may well be the way out: then nothing is known.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use url::Url;

use super::html::Anchor;
use super::{Message, UrlPlace, urls};

mod languages;

use languages::LANGUAGES;

/// Lines of a text that are read, and lines that a link may stand away from the words about it.
const MAX_LINES: usize = 20_000;
const NEAR: usize = 2;

/// Whether a reader finds the way out in the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// The label, URL or line that offers it.
    Shown(String),
    Missing,
    /// Not all of the body was read, or its language is none that we know.
    Unknown,
}

/// Every word of every language in lower case, and how many of them, from the first, are clear.
struct Words {
    all: AhoCorasick,
    clear: usize,
}

/// The words are constants; a test builds the search.
static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
    let clear: Vec<&str> = LANGUAGES.iter().flat_map(|language| language.clear).copied().collect();
    let maybe = LANGUAGES.iter().flat_map(|language| language.maybe).copied();
    let all = AhoCorasick::new(clear.iter().copied().chain(maybe)).ok()?;
    Some(Words { all, clear: clear.len() })
});

/// Which words count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// Those that only a mailing uses: they tell that it is one.
    Clear,
    /// All, and links two lines away: we know that it is a mailing, and ask whether it has a way out.
    All,
}

/// The way out of what is known to be a mailing.
pub fn of(message: &Message) -> WayOut {
    if let Some(found) = listed(message).or_else(|| offered(message, Read::All)) {
        return WayOut::Shown(found);
    }
    let page = message.page.as_ref();
    if page.is_some_and(|page| page.cut) || page.is_none() && message.text.is_none() {
        return WayOut::Unknown;
    }
    let text = message.text.as_deref().unwrap_or_default();
    let shown = page.map_or("", |page| page.visible.as_str());
    let links = page.is_some_and(|page| !page.links.is_empty()) || text.lines().any(holds_a_link);
    if !links || languages::is_known(shown) || languages::is_known(text) { WayOut::Missing } else { WayOut::Unknown }
}

/// True when the body offers a way out in words that only a mailing uses.
pub fn tells_a_mailing(message: &Message) -> bool {
    offered(message, Read::Clear).is_some()
}

/// True for the words of a link that leads out of a mailing.
pub fn is_named_by(label: &str) -> bool {
    names_it(label, Read::Clear)
}

/// A link in the body to the very place that List-Unsubscribe names.
fn listed(message: &Message) -> Option<String> {
    let same = |one: &str, other: &str| one == other || Url::parse(one).is_ok_and(|one| Url::parse(other) == Ok(one));
    let targets: Vec<String> =
        message.all("List-Unsubscribe").flat_map(|field| urls::list(&field.value)).take(20).collect();
    let is_target = |url: &str| targets.iter().any(|target| same(url.trim(), target));
    let anchors = message.page.iter().flat_map(|page| &page.links);
    if let Some(anchor) = anchors.clone().find(|anchor| is_target(&anchor.href)) {
        return Some(label(anchor));
    }
    let mut in_text = message.urls.iter().filter(|url| url.place == UrlPlace::Text);
    in_text.find(|url| is_target(&url.text)).map(|url| url.text.clone())
}

/// A link whose label or line offers a way out, or a short line of the text with a URL near: people also write about
/// such words.
fn offered(message: &Message, read: Read) -> Option<String> {
    let long = if read == Read::All { 2000 } else { 400 };
    let offers = |line: &str| line.len() < long && names_it(line, read);
    if let Some(page) = &message.page {
        let by_itself = |anchor: &&Anchor| names_it(&anchor.label, read) || leads_out(&anchor.href);
        if let Some(anchor) = page.links.iter().find(by_itself) {
            return Some(label(anchor));
        }
        // "To unsubscribe click here": the words stand near a link whose label says nothing.
        let lines: Vec<&str> = page.visible.lines().collect();
        let links =
            |line: &str| page.links.iter().any(|anchor| !anchor.label.is_empty() && line.contains(&anchor.label));
        let named = lines.iter().enumerate().filter(|(_, line)| offers(line)).take(50);
        if let Some((_, line)) = named.into_iter().find(|(at, _)| around(&lines, *at, read).any(links)) {
            return Some((*line).to_owned());
        }
    }
    let lines: Vec<&str> = message.text.as_deref()?.lines().take(MAX_LINES).collect();
    let named = lines.iter().enumerate().filter(|(_, line)| !line.starts_with('>') && offers(line));
    // The URL may stand on one of the next two lines, whatever the words.
    let near = |at: usize| {
        let after = lines.iter().skip(at).take(1 + NEAR).copied();
        around(&lines, at, read)
            .chain(after)
            .any(|line| if read == Read::All { holds_a_link(line) } else { is_url(line) })
    };
    named.into_iter().find(|(at, _)| near(*at)).map(|(_, line)| line.trim().to_owned())
}

/// The line itself, and with all words those near to it.
fn around<'a>(lines: &'a [&'a str], at: usize, read: Read) -> impl Iterator<Item = &'a str> {
    let near = if read == Read::All { NEAR } else { 0 };
    lines.iter().skip(at.saturating_sub(near)).take(at.min(near) + 1 + near).copied()
}

fn label(anchor: &Anchor) -> String {
    if anchor.label.is_empty() { anchor.href.clone() } else { anchor.label.clone() }
}

fn is_url(line: &str) -> bool {
    line.contains("://") || line.contains("mailto:")
}

/// A URL, or what people write for one.
fn holds_a_link(line: &str) -> bool {
    is_url(line) || line.contains("www.") || line.contains('@')
}

fn leads_out(href: &str) -> bool {
    let href = href.to_ascii_lowercase();
    ["unsubscrib", "optout", "opt-out", "opt_out", "disiscri", "desinscri", "desabonn", "abmelden"]
        .iter()
        .any(|word| href.contains(word))
}

fn names_it(text: &str, read: Read) -> bool {
    let Some(words) = WORDS.as_ref() else { return false };
    let text = text.to_lowercase().replace(['’', 'ʼ'], "'");
    let begins_a_word = |at: usize| {
        !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| c.is_ascii_alphanumeric())
    };
    words
        .all
        .find_overlapping_iter(&text)
        .any(|found| (read == Read::All || found.pattern().as_usize() < words.clear) && begins_a_word(found.start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::facts_of;

    fn html(header: &str, body: &str) -> WayOut {
        let head =
            "Subject: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit";
        of(&facts_of(&format!("{head}\n{header}\n{body}\n")).message)
    }

    fn shown(found: WayOut) -> bool {
        matches!(found, WayOut::Shown(_))
    }

    #[test]
    fn the_words_are_found_in_every_language_with_a_link_on_the_line_or_beside_it() {
        for line in [
            "Se non vuoi ricevere più le nostre email",
            "Per non ricevere altre comunicazioni",
            "Esci dalla lista",
            "Don’t want these emails?",
            "To stop getting these emails",
            "Leave this list",
            "Remove yourself",
            "Wenn Sie diese E-Mails nicht mehr erhalten möchten",
            "Si vous ne souhaitez plus recevoir nos messages",
            "Si no desea recibir más correos",
            "Se não deseja receber mais mensagens",
            "Wil je deze mails niet meer ontvangen?",
            "Leiratkozás",
            "Meld deg av",
            "Avsluta prenumerationen",
            "Odhlásiť sa",
            "Odjavite se",
            "Отписване",
            "إلغاء الاشتراك",
            "להסרה מרשימת התפוצה",
            "ยกเลิกการรับข่าวสาร",
            "Hủy đăng ký",
            "購読解除",
            "メルマガの配信停止",
            "구독 취소",
            "수신거부",
            "取消訂閱",
        ] {
            assert!(shown(html("", &format!("<p>{line} <a href=https://a.example/x/1>&rarr;</a></p>"))), "{line}");
            assert!(shown(html("", &format!("<p>{line}</p><a href=https://a.example/x/1>qui</a>"))), "{line}");
            let text = facts_of(&format!("Subject: x\n\nhello\n{line}:\nhttps://a.example/x/1\n"));
            assert!(shown(of(&text.message)), "{line}");
        }
    }

    #[test]
    fn a_link_to_what_list_unsubscribe_names_is_the_way_out_whatever_its_words() {
        let list = "List-Unsubscribe: <mailto:u@a.example>, <https://a.example/x?i=1&u=2>\n";
        assert!(shown(html(list, "<a href='https://a.example/x?i=1&amp;u=2'>the end of it, and of the news</a>")));
        assert_eq!(
            html(list, "<p>You will be told of the news.</p><a href=https://a.example/y>the news</a>"),
            WayOut::Missing
        );
        let text = format!("{list}Subject: x\n\nhttps://a.example/x?i=1&u=2\n");
        assert!(shown(of(&facts_of(&text).message)));
    }

    #[test]
    fn it_is_missed_only_where_it_could_have_been_read() {
        let estonian = "<p>Tere! Meie uued teed on kohal ja kohaletoimetamine on reedeni tasuta.</p>";
        let link = "<a href=https://a.example/1>Vaata</a>";
        assert_eq!(html("", &format!("{estonian}{link}")), WayOut::Unknown);
        assert_eq!(html("", estonian), WayOut::Missing);
        let italian =
            "<p>Ciao! Sono arrivati i nuovi tè, e la consegna è gratis fino a venerdì per tutti gli ordini.</p>";
        assert_eq!(html("", &format!("{italian}{link}")), WayOut::Missing);
        assert_eq!(html("", &format!("{italian}{link}{}", "<div>".repeat(3000))), WayOut::Unknown);
    }

    #[test]
    fn only_clear_words_make_a_mailing() {
        for (label, clear) in
            [("Unsubscribe", true), ("Annulla l’iscrizione", true), ("Preferences", false), ("preunsubscribe", false)]
        {
            assert_eq!(is_named_by(label), clear, "{label}");
        }
    }
}
