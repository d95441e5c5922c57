//! The languages in which the way out of a mailing is known when it is read. All words in lower case, accents as written.

/// One language, or several that share a script and their words here.
pub(super) struct Language {
    pub known_by: KnownBy,
    /// Words that only a mailing uses to offer the way out.
    pub clear: &'static [&'static str],
    /// Words that offer it too, but that other mail also holds.
    pub maybe: &'static [&'static str],
}

/// How a text is known to be in a language.
pub(super) enum KnownBy {
    /// By little words that it needs all the time, and that its neighbours do not have.
    Words(&'static [&'static str]),
    Script(fn(char) -> bool),
}

use KnownBy::{Script, Words};

/// Words of a text that are looked at to tell its language.
const MAX_WORDS: usize = 5000;

/// True for a text that is surely in one of these languages.
pub(super) fn is_known(text: &str) -> bool {
    let words: Vec<String> = text
        .split_whitespace()
        .filter(|word| !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphabetic()))
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(str::to_lowercase)
        .collect();
    let letters = words.iter().map(|word| word.chars().count()).sum::<usize>();
    LANGUAGES.iter().any(|language| match &language.known_by {
        // A sentence of another language within the text is less than one word in twenty.
        Words(little) => {
            let found = words.iter().filter(|word| little.contains(&word.as_str())).count();
            let distinct = little.iter().filter(|little| words.iter().any(|word| word == *little)).count();
            distinct >= 3 && found * 20 >= words.len()
        }
        Script(holds) => {
            let found = words.iter().flat_map(|word| word.chars()).filter(|c| holds(*c)).count();
            found >= 4 && found * 5 >= letters
        }
    })
}

pub(super) const LANGUAGES: &[Language] = &[
    // English
    Language {
        known_by: Words(&["the", "and", "you", "your", "with", "this", "our", "are", "from", "have", "of"]),
        clear: &["unsubscrib", "opt out", "opt-out", "optout", "stop receiving", "stop getting these"],
        maybe: &[
            "manage preferences",
            "manage your email",
            "manage your subscription",
            "manage your communication",
            "email preferences",
            "email settings",
            "remove me",
            "remove yourself",
            "remove your name",
            "remove your email",
            "remove your address",
            "be removed",
            "preferences",
            "subscription",
            "don't want these",
            "don't want to receive",
            "don't want to get",
            "don't wish to receive",
            "do not want to receive",
            "do not wish to receive",
            "no longer wish",
            "no longer want",
            "prefer not to receive",
            "rather not receive",
            "stop these emails",
            "stop getting",
            "turn off these",
            "turn off email",
            "leave this list",
            "leave this mailing",
            "leave the list",
            "leave our list",
            "leave our mailing",
            "leave the mailing",
            "take me off",
        ],
    },
    // Italian
    Language {
        known_by: Words(&[
            "il", "che", "di", "della", "per", "con", "sono", "gli", "nel", "più", "anche", "questo", "è",
        ]),
        clear: &[
            "disiscri",
            "cancellati da",
            "cancellati qui",
            "cancellami",
            "cancella iscrizione",
            "cancella l'iscrizione",
            "cancella la tua iscrizione",
            "annulla iscrizione",
            "annulla l'iscrizione",
            "annullare l'iscrizione",
            "cancellare l'iscrizione",
            "cancellare la tua iscrizione",
            "rimuovi iscrizione",
            "non ricevere più",
            "non desideri più ricevere",
            "non vuoi più ricevere",
            "non vuoi ricevere più",
            "non desideri ricevere più",
            "esci dalla lista",
            "esci dalla newsletter",
            "non ricevere altre comunicazioni",
        ],
        maybe: &[
            "rimuovi",
            "cancellazione",
            "cancellati",
            "cancellarti",
            "cancellarsi",
            "cancellare il tuo",
            "preferenze",
            "gestisci",
            "disattiva",
            "disabilita",
            "non ricevere altr",
            "non ricevere ulterior",
            "non vuoi ricevere",
            "non vuoi più",
            "non vuole ricevere",
            "non vuole più",
            "non desideri ricevere",
            "non desideri più",
            "non desidera ricevere",
            "non desidera più",
            "non voler ricevere",
            "non voler più",
            "non intendi ricevere",
            "smettere di ricevere",
            "smetti di ricevere",
            "esci da questa",
            "esci dalla",
            "esci dall'",
            "uscire dalla",
            "togli il",
            "toglimi",
            "annulla la sottoscrizione",
            "annullare la sottoscrizione",
            "revoca il consenso",
            "revocare il consenso",
            "interrompi la ricezione",
            "interrompere la ricezione",
        ],
    },
    // German
    Language {
        known_by: Words(&[
            "der", "und", "sie", "ihre", "ihnen", "nicht", "mit", "für", "wir", "ist", "eine", "auf", "den",
        ]),
        clear: &[
            "newsletter abmelden",
            "abbestellen",
            "austragen",
            "newsletter nicht mehr erhalten",
            "e-mails nicht mehr erhalten",
        ],
        maybe: &[
            "abmelden",
            "abmeldung",
            "melden sie sich ab",
            "melde dich ab",
            "abbestell",
            "einstellungen",
            "nicht mehr erhalten",
            "nicht mehr empfangen",
            "nicht mehr bekommen",
            "nicht mehr beziehen",
            "nicht länger erhalten",
            "nicht länger bekommen",
            "nicht weiter erhalten",
            "keine weiteren e-mails",
            "keine weiteren mails",
            "keine weiteren newsletter",
            "keine weiteren nachrichten",
            "keine e-mails mehr",
            "keine mails mehr",
            "keinen newsletter",
            "keine newsletter",
            "keine werbung mehr",
            "keine nachrichten mehr",
            "einwilligung widerruf",
            "aus dem verteiler",
        ],
    },
    // French
    Language {
        known_by: Words(&[
            "les", "des", "vous", "votre", "vos", "nous", "pour", "avec", "est", "dans", "une", "et", "du",
        ]),
        clear: &[
            "désabonn",
            "désinscri",
            "se desinscrire",
            "desinscrire",
            "desabonner",
            "ne plus recevoir",
            "ne souhaitez plus recevoir",
            "ne désirez plus recevoir",
            "ne voulez plus recevoir",
        ],
        maybe: &[
            "préférences",
            "plus recevoir",
            "ne pas recevoir",
            "vous retirer",
            "se retirer",
            "annuler votre abonnement",
            "résili",
            "vous opposer",
        ],
    },
    // Spanish
    Language {
        known_by: Words(&[
            "los", "las", "el", "para", "con", "una", "por", "su", "sus", "más", "y", "tu", "nuestro", "es",
        ]),
        clear: &[
            "darse de baja",
            "darme de baja",
            "darte de baja",
            "date de baja",
            "dese de baja",
            "cancelar suscripci",
            "anular suscripci",
            "cancelar la suscripci",
            "cancelar tu suscripci",
            "cancelar su suscripci",
            "dejar de recibir",
        ],
        maybe: &[
            "preferencias",
            "baja",
            "no desea recibir",
            "no deseas recibir",
            "no desea seguir",
            "no deseas seguir",
            "no quiere recibir",
            "no quieres recibir",
            "no quieres seguir",
            "no recibir más",
            "desuscri",
            "dessuscri",
            "desinscri",
            "desapunt",
        ],
    },
    // Catalan
    Language {
        known_by: Words(&["els", "amb", "per", "i", "una", "més", "aquest", "nostre", "vostre", "també", "dels"]),
        clear: &["donar-se de baixa", "donar-te de baixa", "donar-vos de baixa"],
        maybe: &["baixa", "no voleu rebre", "no vols rebre"],
    },
    // Portuguese
    Language {
        known_by: Words(&[
            "os", "as", "do", "da", "não", "para", "com", "uma", "você", "seu", "sua", "mais", "ao", "e",
        ]),
        clear: &[
            "cancelar a subscri",
            "cancelar inscri",
            "cancelar subscri",
            "cancelar a inscri",
            "descadastr",
            "deixar de receber",
            "não deseja mais receber",
            "não quer mais receber",
        ],
        maybe: &[
            "não deseja receber",
            "não desejar receber",
            "não deseje receber",
            "não quer receber",
            "não quiser receber",
            "não pretende receber",
            "não pretende continuar",
            "parar de receber",
            "não receber mais",
            "cancelar a assinatura",
            "anular a subscri",
            "anular subscri",
            "desinscrev",
            "desinscri",
            "remover",
            "preferências",
        ],
    },
    // Dutch
    Language {
        known_by: Words(&[
            "het", "een", "van", "je", "uw", "niet", "voor", "zijn", "met", "wij", "onze", "ook", "naar",
        ]),
        clear: &["uitschrijven", "schrijf je uit", "schrijf u uit", "afmelden voor"],
        maybe: &[
            "afmelden",
            "meld je af",
            "meld u af",
            "uitschrijf",
            "niet meer ontvangen",
            "niet langer ontvangen",
            "geen e-mails meer",
            "geen mails meer",
            "geen nieuwsbrief",
            "opzeggen",
            "voorkeuren",
        ],
    },
    // Polish
    Language {
        known_by: Words(&["się", "nie", "w", "na", "jest", "oraz", "do", "dla", "że", "z", "twój", "państwa"]),
        clear: &["wypisz się", "zrezygnuj z", "anuluj subskrypcj", "nie chcesz otrzymywać"],
        maybe: &[
            "wypisz",
            "wypisa",
            "rezygn",
            "zrezygn",
            "nie chcesz już otrzymywać",
            "nie życzysz sobie",
            "odsubskryb",
        ],
    },
    // Czech and Slovak
    Language {
        known_by: Words(&["se", "sa", "na", "je", "že", "vám", "pro", "pre", "aby", "jsme", "sme", "v", "ve", "vás"]),
        clear: &["odhlásit odběr", "odhlásit z odběru", "odhlásiť odber", "odhlásiť z odberu"],
        maybe: &[
            "odhlás",
            "odhláš",
            "nepřejete",
            "nechcete dostávat",
            "nechcete dostávať",
            "nechcete-li",
            "neželáte",
            "neprajete",
            "zrušit odběr",
            "zrušit zasílání",
            "zrušiť odber",
            "zrušiť zasielanie",
        ],
    },
    // Croatian, Serbian, Bosnian, Slovene
    Language {
        known_by: Words(&["je", "se", "na", "za", "koji", "ili", "su", "vaš", "ki", "ali", "vas", "da", "iz", "od"]),
        clear: &["odjavite se", "odjava s newslettera", "odjava od novic"],
        maybe: &["odjav", "ne želite", "ne želiš", "одјав", "не желите"],
    },
    // Romanian
    Language {
        known_by: Words(&[
            "și",
            "în",
            "pentru",
            "este",
            "nu",
            "cu",
            "sau",
            "mai",
            "că",
            "din",
            "vă",
            "dumneavoastră",
            "la",
        ]),
        clear: &["dezabon"],
        maybe: &["nu mai dori", "nu mai primi", "nu doriți", "anula abon", "anulați abon"],
    },
    // Hungarian
    Language {
        known_by: Words(&["az", "és", "hogy", "egy", "nem", "van", "meg", "is", "ha", "vagy", "csak", "önnek"]),
        clear: &["leiratkoz", "iratkozz le", "iratkozzon le"],
        maybe: &[
            "feliratkozás törl",
            "nem szeretne több",
            "nem szeretnél több",
            "nem szeretné",
            "nem kíván",
            "lemond",
            "törlés",
        ],
    },
    // Swedish
    Language {
        known_by: Words(&["och", "att", "är", "för", "inte", "som", "ett", "på", "vi", "din", "av", "med"]),
        clear: &["avprenumerera", "avsluta prenumeration", "avsluta din prenumeration"],
        maybe: &["avregistrera", "avanmäl", "anmäl dig av", "inte längre", "inte vill ha", "vill du inte", "slippa"],
    },
    // Norwegian and Danish
    Language {
        known_by: Words(&["det", "ikke", "på", "som", "vi", "du", "har", "din", "af", "av", "med", "deg", "dig"]),
        clear: &["afmeld nyhedsbrev", "meld deg av", "meld dig fra", "avslutt abonnement"],
        maybe: &[
            "afmeld",
            "avmeld",
            "melde deg av",
            "melde dig fra",
            "frameld",
            "ikke lenger",
            "ikke længere",
            "ønsker ikke",
            "ikke ønsker",
            "stopp abonnement",
            "avregistrer",
        ],
    },
    // Finnish
    Language {
        known_by: Words(&[
            "että", "tai", "voit", "sinun", "ovat", "kun", "myös", "jos", "mutta", "sekä", "tämä", "joka",
        ]),
        clear: &["peruuta tilaus", "peru tilaus", "peruuta uutiskirje", "peru uutiskirje"],
        maybe: &["peruuta", "peruut", "poistu", "lopeta", "et halua", "en halua"],
    },
    // Turkish
    Language {
        known_by: Words(&["ve", "bir", "bu", "için", "ile", "da", "de", "çok", "daha", "olarak", "size", "sizin"]),
        clear: &["abonelikten", "aboneliği iptal", "aboneliğinizi iptal"],
        maybe: &["abonelik", "listeden çık", "üyelikten", "almak istemiyor"],
    },
    // Vietnamese
    Language {
        known_by: Words(&["và", "của", "bạn", "cho", "không", "được", "các", "là", "có", "với", "những", "này"]),
        clear: &["hủy đăng ký", "huỷ đăng ký"],
        maybe: &["ngừng nhận", "không muốn nhận", "bỏ đăng ký", "hủy nhận", "huỷ nhận", "từ chối nhận"],
    },
    // Indonesian and Malay
    Language {
        known_by: Words(&["dan", "yang", "untuk", "dengan", "anda", "ini", "dari", "kami", "tidak", "akan", "pada"]),
        clear: &["berhenti berlangganan", "berhenti melanggan"],
        maybe: &["berhenti", "tidak ingin menerima", "batalkan langganan", "nyahlanggan"],
    },
    // Greek
    Language {
        known_by: Script(|c| matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}')),
        clear: &["απεγγραφ"],
        maybe: &[
            "διαγραφ",
            "διαγράψ",
            "κατάργηση",
            "δεν επιθυμείτε",
            "δεν θέλετε",
            "διακοπή",
            "να μη λαμβάνετε",
            "να μην λαμβάνετε",
        ],
    },
    // Russian, Ukrainian, Bulgarian
    Language {
        known_by: Words(&[
            "и", "в", "на", "не", "что", "для", "с", "вы", "ваш", "это", "по", "та", "що", "ви", "за", "да", "се",
            "от", "до",
        ]),
        clear: &["отписаться", "отказаться от рассылки", "відписа", "отписване", "отпишете се"],
        maybe: &[
            "отпис",
            "отпиш",
            "отказаться",
            "отказ от рассылки",
            "откажете се",
            "отмена подписки",
            "отменить подписку",
            "не хотите получать",
            "не желаете",
            "не получать",
            "відпиш",
            "відмов",
            "скасувати підписку",
            "не бажаєте",
            "отабонир",
        ],
    },
    // Arabic and Persian
    Language {
        known_by: Words(&[
            "من", "في", "على", "إلى", "هذا", "هذه", "أن", "لا", "عن", "مع", "به", "را", "که", "از", "این",
        ]),
        clear: &["إلغاء الاشتراك", "الغاء الاشتراك", "لغو اشتراک"],
        maybe: &["لا ترغب", "لا تريد", "إيقاف", "ايقاف", "لغو عضویت"],
    },
    // Hebrew
    Language {
        known_by: Script(|c| matches!(c, '\u{590}'..='\u{5ff}')),
        clear: &["הסרה מרשימת", "להסרה מרשימת", "ביטול הרשמה", "ביטול מנוי"],
        maybe: &["הסרה", "להסרה", "הסר", "להסיר", "להתנתק", "לא לקבל"],
    },
    // Thai
    Language {
        known_by: Script(|c| matches!(c, '\u{e00}'..='\u{e7f}')),
        clear: &["ยกเลิกการสมัคร", "ยกเลิกการรับข่าวสาร", "ยกเลิกรับข่าวสาร"],
        maybe: &["ยกเลิกการรับ", "ยกเลิกการเป็นสมาชิก", "ยกเลิกรับ", "เลิกรับ", "ไม่ต้องการรับ", "หยุดรับ"],
    },
    // Japanese
    Language {
        known_by: Script(|c| matches!(c, '\u{3040}'..='\u{30ff}')),
        clear: &[
            "配信停止",
            "登録解除",
            "購読解除",
            "購読停止",
            "配信解除",
            "購読を解除",
            "登録を解除",
            "配信を停止",
            "メルマガ解除",
        ],
        maybe: &["の解除", "の停止", "退会", "受信拒否", "購読をやめ", "不要な方", "配信不要", "希望されない"],
    },
    // Chinese
    Language {
        known_by: Script(|c| matches!(c, '\u{4e00}'..='\u{9fff}')),
        clear: &["退订", "取消订阅", "退訂", "取消訂閱"],
        maybe: &["不想再收到", "不再接收", "不希望收到", "拒收"],
    },
    // Korean
    Language {
        known_by: Script(|c| matches!(c, '\u{ac00}'..='\u{d7af}')),
        clear: &["수신거부", "수신 거부", "구독 취소", "구독취소", "구독 해지", "구독해지"],
        maybe: &["해지", "수신을 원하지", "수신을 원치", "수신 해제", "구독을 취소", "탈퇴"],
    },
    // Hindi
    Language {
        known_by: Words(&["के", "है", "में", "की", "और", "का", "से", "को", "आप", "यह", "पर", "हैं"]),
        clear: &["अनसब्सक्राइब", "सदस्यता समाप्त", "सदस्यता छोड़"],
        maybe: &["प्राप्त नहीं करना"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_written_as_it_is_searched() {
        for language in LANGUAGES {
            for word in language.clear.iter().chain(language.maybe) {
                assert_eq!(word.to_lowercase().replace('’', "'"), *word);
            }
        }
    }

    #[test]
    fn a_text_is_known_by_its_little_words_or_its_script() {
        for text in [
            "Sono arrivati i nuovi tè, e la consegna è gratis per gli ordini che fai con noi",
            "Three new teas have arrived, and delivery is free until Friday with the code in this message from our shop",
            "Wir haben für Sie drei neue Tees, und der Versand ist bis Freitag frei",
            "Τα νέα τσάγια έφτασαν",
            "新しいお茶が届きました",
            "새로운 차가 도착했습니다 지금 보세요",
        ] {
            assert!(is_known(text), "{text}");
        }
        for text in [
            "",
            "News https://a.example/the/and/you",
            "Tere! Meie uued teed on kohal ja kohaletoimetamine on reedeni tasuta.",
            "Labdien! Mūsu jaunās tējas ir klāt, un piegāde līdz piektdienai bez maksas visiem pasūtījumiem.",
        ] {
            assert!(!is_known(text), "{text}");
        }
    }
}
