//! What an operator has set: name, logo, footer, contact. The logo is read once, at start.

use std::path::Path;
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::Web;
use crate::config::Config;

/// The largest logo, octets.
const MOST_LOGO: usize = 256 * 1024;
/// How long browsers keep it.
const KEPT: Duration = Duration::from_secs(3600);

#[derive(Clone, Debug, Default)]
pub struct Brand {
    name: Option<String>,
    pub footer: Option<String>,
    contact: Option<String>,
    logo: Option<Logo>,
}

#[derive(Clone, Debug)]
struct Logo {
    media_type: &'static str,
    bytes: Bytes,
}

/// A setting that cannot be used, in one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum BrandError {
    #[error("--site-logo {path}: {why}")]
    Logo { path: String, why: String },
    #[error("--contact {0:?}: want a mail address or a page such as https://example.org/help")]
    Contact(String),
}

impl Brand {
    /// # Errors
    ///
    /// A logo that cannot be read, is too large or of an unknown kind; a contact that is neither address nor page.
    pub fn new(config: &Config) -> Result<Brand, BrandError> {
        let said =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let contact = said(&config.contact);
        if let Some(contact) = contact.as_ref().filter(|contact| !is_page(contact) && !contact.contains('@')) {
            return Err(BrandError::Contact(contact.clone()));
        }
        Ok(Brand {
            name: said(&config.site_name),
            footer: said(&config.site_footer),
            contact,
            logo: config.site_logo.as_deref().map(read).transpose()?,
        })
    }

    pub fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("Vaglio")
    }

    pub fn logo_url(&self) -> Option<&'static str> {
        self.logo.as_ref().map(|_| "/logo")
    }

    /// Where the contact leads, and how it is written.
    pub fn contact(&self) -> Option<(String, &str)> {
        let contact = self.contact.as_deref()?;
        let href = if is_page(contact) { contact.to_owned() } else { format!("mailto:{contact}") };
        Some((href, contact.trim_start_matches("https://").trim_start_matches("http://")))
    }
}

fn is_page(contact: &str) -> bool {
    contact.starts_with("https://") || contact.starts_with("http://")
}

fn read(path: &Path) -> Result<Logo, BrandError> {
    let unusable = |why: String| BrandError::Logo { path: path.display().to_string(), why };
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let media_type = match ending.as_str() {
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        _ => return Err(unusable("want .svg, .png, .jpg or .webp".to_owned())),
    };
    let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    if bytes.len() > MOST_LOGO {
        return Err(unusable(format!("{} octets; at most {MOST_LOGO}", bytes.len())));
    }
    Ok(Logo { media_type, bytes: bytes.into() })
}

/// `GET /logo`
pub async fn logo(State(web): State<Web>) -> Response {
    let Some(logo) = &web.brand.logo else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, logo.media_type.to_owned()),
        (header::CACHE_CONTROL, format!("public, max-age={}", KEPT.as_secs())),
        // An SVG opened alone is a document: nothing in it may run.
        (header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'; style-src 'unsafe-inline'".to_owned()),
    ];
    (headers, logo.bytes.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ServeOptions;

    fn brand(change: fn(&mut ServeOptions)) -> Result<Brand, BrandError> {
        let mut said = ServeOptions::default();
        change(&mut said);
        Brand::new(&Config::new(said).unwrap())
    }

    #[test]
    fn what_is_not_set_is_ours() {
        let ours = brand(|_| ()).unwrap();
        assert_eq!((ours.name(), ours.logo_url(), ours.contact()), ("Vaglio", None, None));
    }

    #[test]
    fn a_contact_is_an_address_or_a_page() {
        let address = brand(|said| said.contact = Some("help@example.org".to_owned())).unwrap();
        assert_eq!(address.contact(), Some(("mailto:help@example.org".to_owned(), "help@example.org")));
        let page = brand(|said| said.contact = Some("https://example.org/help".to_owned())).unwrap();
        assert_eq!(page.contact(), Some(("https://example.org/help".to_owned(), "example.org/help")));
        assert!(brand(|said| said.contact = Some("javascript:alert(1)".to_owned())).is_err());
    }

    #[test]
    fn an_unusable_logo_is_named() {
        let missing = brand(|said| said.site_logo = Some("/nowhere/logo.png".into())).unwrap_err();
        assert!(missing.to_string().starts_with("--site-logo /nowhere/logo.png: "));
        assert!(brand(|said| said.site_logo = Some("/etc/hostname".into())).is_err());
    }
}
