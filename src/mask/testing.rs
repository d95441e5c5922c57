//! A message whose sender's local part SPF's macros spell out, and its report.

use std::sync::Arc;

use jiff::Timestamp;

use crate::analyse::{Choices, Examiner};
use crate::bundle::Bundle;
use crate::dns::Zone;
use crate::receive::file::{self, Given};
use crate::report::Report;

pub async fn examined_with_macros() -> (Bundle, Report) {
    let world = "macro.test. TXT \"v=spf1 exists:%{l}.u.macro.test exists:%{S}.u.macro.test include:%{l}.v.macro.test -all exp=%{l}.e.macro.test\"\n\
        zzlocal21.v.macro.test. TXT \"v=spf1 a:%{dr}.w.test ?all\"\nzzlocal21.e.macro.test. TXT \"%{l} may not\"\n";
    let given = Given {
        client_ip: Some("192.0.2.9".parse().unwrap()),
        helo: Some("mail.macro.test".to_owned()),
        mail_from: Some("ZZlocal21@macro.test".to_owned()),
        forward_paths: vec!["b@b.test".to_owned()],
        ..Given::default()
    };
    let raw = "From: zzlocal21@macro.test\r\nSubject: Hello\r\nX-Asked: zzlocal21.u.macro.test\r\n\r\nHello\r\n";
    let delivery = file::delivery(raw.into(), given, Timestamp::UNIX_EPOCH).unwrap();
    let examiner = Examiner::new(Arc::new(Zone::parse(world).unwrap()));
    let (report, evidence) = examiner.examine(Arc::new(delivery.clone()), Choices::default(), &|_, _| ()).await;
    (Bundle::new(delivery, evidence, None), report)
}
