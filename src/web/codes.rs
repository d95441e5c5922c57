//! The handlers of the pages of codes.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};

use super::pages::codes as pages;
use super::pages::trouble::Trouble;
use super::reader::Reader;
use crate::check;

/// `GET /codes`
pub async fn list(reader: Reader) -> Response {
    pages::list(&reader).into_response()
}

/// `GET /codes/{code}`
pub async fn one(reader: Reader, Path(code): Path<String>) -> Response {
    match check::rule(&code) {
        Some(rule) => pages::one(&reader, rule).into_response(),
        None => Trouble::NotFound.page(&reader),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::get;
    use crate::check::{FAMILIES, Verdict};
    use crate::lang::{Lang, message_id};

    #[tokio::test]
    async fn every_code_is_listed_and_has_its_page_in_both_languages() {
        for lang in Lang::ALL {
            let list = get(&format!("/codes?lang={}", lang.code())).await.body;
            for rule in FAMILIES.iter().flat_map(|family| family.rules) {
                assert!(list.contains(&format!("href=\"/codes/{}\"", rule.code)), "{} is not listed", rule.code);
            }
        }
        for (i, rule) in FAMILIES.iter().flat_map(|family| family.rules).enumerate() {
            // Each in one language, and all languages in turn: the catalogues' own test compares them.
            let lang = if i % 2 == 0 { Lang::En } else { Lang::It };
            let page = get(&format!("/codes/{}?lang={}", rule.code, lang.code())).await;
            assert_eq!(page.status, 200, "{}", rule.code);
            assert!(page.body.contains(&format!("<code>{}</code>", rule.code)), "{}", rule.code);
            for (attribute, heading) in [(".why", "codes-why"), (".fix", "codes-fix")] {
                let has = lang.find(&format!("{}{attribute}", message_id(rule.code)), &Default::default()).is_some();
                assert_eq!(page.body.contains(&format!("<h2>{}</h2>", lang.text(heading))), has, "{}", rule.code);
                let must = matches!(rule.verdict, Verdict::Deduct(_) | Verdict::DeductUpTo(_));
                assert!(has || !must, "{} lacks {attribute}", rule.code);
            }
        }
        assert_eq!(get("/codes/spf.no_such_code").await.status, 404);
    }
}
