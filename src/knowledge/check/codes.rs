//! Checks the codes of public systems: how they are written, and that the well-known trap is not among them.

use strum::VariantArray as _;

use super::{Parsed, Scope};
use crate::knowledge::{Code, CodeFit, Rows};

/// Many code sites call this one acne scars; it is acne varioliformis.
const NO_SCAR: &str = "L70.2";

impl Scope<'_> {
    /// The codes, in the order of the file.
    pub(super) fn codes(&mut self, parsed: &Parsed<'_>) -> Rows<Code> {
        let file = parsed.codes.source;
        let raw = &parsed.codes.raw;
        for system in &raw.system {
            if sound(system.name.get_ref()).is_none() {
                self.checker.at(file, &system.name, "a system is one of icd_11, icd_10_cm, snomed_ct");
            }
            if !raw.code.iter().any(|it| it.system.get_ref() == system.name.get_ref()) {
                self.checker.at(file, &system.name, "no code is of this system");
            }
        }
        let mut codes = Vec::new();
        for it in &raw.code {
            let system = raw.system.iter().find(|system| system.name.get_ref() == it.system.get_ref());
            let Some(system) = system else {
                self.checker.at(file, &it.system, "no [[system]] has this name");
                continue;
            };
            let code = it.code.get_ref();
            if code.eq_ignore_ascii_case(NO_SCAR) {
                let message = format!("{NO_SCAR} is acne varioliformis and no scar; write L90.5 for acne scars");
                self.checker.at(file, &it.code, message);
            } else if sound(system.name.get_ref()).is_some_and(|sound| !sound(code)) {
                self.checker.at(file, &it.code, format!("{code} is not written as the codes of this system are"));
            }
            if it.display.is_empty() {
                self.checker.at(file, &it.code, "`display` says what the system calls it");
            }
            let fit = self.checker.word(file, &it.fit, CodeFit::VARIANTS);
            let when = self.checker.condition(file, Some(&it.when));
            let rule = self.rule(&it.rule);
            codes.extend(fit.map(|fit| Code {
                system: system.uri.clone(),
                code: code.clone(),
                display: it.display.clone(),
                fit,
                when,
                rule,
            }));
        }
        Rows::new(codes)
    }
}

/// How the codes of a system are written.
fn sound(system: &str) -> Option<fn(&str) -> bool> {
    match system {
        "icd_11" => Some(is_icd_11),
        "icd_10_cm" => Some(is_icd_10_cm),
        "snomed_ct" => Some(is_snomed_ct),
        _ => None,
    }
}

/// As `EE60.0` or `EL50`.
fn is_icd_11(code: &str) -> bool {
    let (stem, rest) = code.split_once('.').unwrap_or((code, "0"));
    let all = |text: &str| text.bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase());
    stem.len() == 4 && all(stem) && !rest.is_empty() && rest.len() <= 2 && all(rest)
}

/// As `L90.5` or `L91`.
fn is_icd_10_cm(code: &str) -> bool {
    let (stem, rest) = code.split_once('.').unwrap_or((code, "0"));
    let mut letters = stem.bytes();
    let head = letters.next().is_some_and(|it| it.is_ascii_uppercase());
    let tail = rest.bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase());
    head && stem.len() == 3 && letters.all(|it| it.is_ascii_digit()) && tail && (1..=4).contains(&rest.len())
}

/// Digits whose check digit is right.
fn is_snomed_ct(code: &str) -> bool {
    let digits: Option<Vec<u8>> = code.chars().map(|it| u8::try_from(it.to_digit(10)?).ok()).collect();
    digits.is_some_and(|digits| (6..=18).contains(&digits.len()) && is_verhoeff(&digits))
}

/// The check digit of Verhoeff: digits are permuted by their place from the right, and multiplied in the dihedral group
/// of the pentagon; the product is 0.
fn is_verhoeff(digits: &[u8]) -> bool {
    const STEP: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let product = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a - 5 + 5 - (b - 5)) % 5,
    };
    let permuted = |digit: u8, times: usize| {
        (0..times).fold(digit, |digit, _| STEP.get(usize::from(digit)).copied().unwrap_or_default())
    };
    digits.iter().rev().enumerate().fold(0, |sum, (at, digit)| product(sum, permuted(*digit, at % 8))) == 0
}

#[cfg(test)]
mod tests {
    use super::{is_icd_10_cm, is_icd_11, is_snomed_ct};

    #[test]
    fn codes_are_told_from_slips() {
        for code in ["33659008", "19843006", "49765009", "36141000", "113179006", "244106003", "11381005"] {
            assert!(is_snomed_ct(code), "{code}");
        }
        for code in ["33659009", "33659080", "3365908", "", "336590O8", "-33659008"] {
            assert!(!is_snomed_ct(code), "{code}");
        }
        assert!(is_icd_11("ED80.5") && is_icd_11("EL50") && is_icd_11("1E90"));
        assert!(!is_icd_11("ED80.") && !is_icd_11("ED8.05") && !is_icd_11("ed80.5"));
        assert!(is_icd_10_cm("L90.5") && is_icd_10_cm("B01"));
        assert!(!is_icd_10_cm("L905") && !is_icd_10_cm("90.5") && !is_icd_10_cm("L90.") && !is_icd_10_cm("l90.5"));
    }
}
