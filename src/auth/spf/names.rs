//! The names that terms ask for: macros with the values of one message (RFC 7208 §7.3), and the client's own names.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::join_all;

use super::MAX_NAMES;
use super::check_host::Evaluation;
use super::macros::{self, MacroString, Place, Values};
use super::reason::SpfReason;
use crate::dns::{Dns, Lookup, RecordType, normal_name};

/// More than this is no explanation but an abuse of our page; characters.
pub(super) const MAX_EXPLANATION: usize = 500;

impl Evaluation<'_> {
    /// The name a term asks, or why there is none to ask.
    pub(super) async fn target(&self, domain: &str, spec: Option<&MacroString>) -> Result<String, SpfReason> {
        let Some(spec) = spec else { return Ok(domain.to_owned()) };
        // RFC 8616 §4: DNS cannot hold such a local part.
        if !self.request.sender.local_part.is_ascii() && spec.uses(&['s', 'l']) {
            return Err(SpfReason::LocalPart);
        }
        let name = self.with_values(domain, spec, |values| spec.expand_domain(values)).await;
        normal_name(&name).map_err(|_| SpfReason::ImpossibleName { name })
    }

    async fn with_values(
        &self,
        domain: &str,
        spec: &MacroString,
        expand: impl FnOnce(&Values<'_>) -> String,
    ) -> String {
        let name = if spec.uses(&['p']) { self.validated_name(domain).await } else { None };
        expand(&Values {
            sender: &self.sender,
            local_part: &self.request.sender.local_part,
            sender_domain: &self.sender_domain,
            domain,
            client_ip: self.client_ip,
            helo: &self.helo,
            validated_name: name.as_deref().unwrap_or("unknown"),
            receiver: &self.request.receiver,
            now: self.request.now.as_second(),
        })
    }

    /// §7.3 `p`: the domain itself if it is validated, else a name within it, else any.
    async fn validated_name(&self, domain: &str) -> Option<String> {
        let lookup = self.dns.ptr(self.client_ip).await;
        let names = validated(self.dns, &lookup, self.client_ip, |_| true).await;
        let exact = names.iter().find(|name| *name == domain);
        exact.or_else(|| names.iter().find(|name| is_within(name, domain))).or(names.first()).cloned()
    }

    /// §6.2: whatever goes wrong, there is just no explanation.
    pub(super) async fn explanation(&self, domain: &str, spec: &MacroString) -> Option<String> {
        let target = self.target(domain, Some(spec)).await.ok()?;
        let lookup = self.dns.txt(&target).await;
        let texts: Vec<_> = lookup.answer.texts().collect();
        let [only] = texts.as_slice() else { return None };
        let parsed = macros::parse(&only.octets, Place::Explanation).ok()?;
        let text = self.with_values(domain, &parsed, |values| parsed.expand(values)).await;
        text.is_ascii().then(|| text.chars().filter(|c| !c.is_ascii_control()).take(MAX_EXPLANATION).collect())
    }
}

/// The client's names, of the first ten that `wanted` accepts, which resolve back to it (§5.5, §4.6.4).
pub(super) async fn validated(dns: &Dns, ptr: &Lookup, client: IpAddr, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let family = if client.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
    let names = ptr.answer.pointers().take(MAX_NAMES).filter(|name| wanted(name));
    let answers: Vec<Arc<Lookup>> = join_all(names.map(|name| dns.ask(name, family))).await;
    let back = |lookup: &Arc<Lookup>| lookup.answer.addresses().any(|ip| ip == client);
    answers.into_iter().filter(back).map(|lookup| lookup.question.name.clone()).collect()
}

/// The same name, or one below it.
pub(super) fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
