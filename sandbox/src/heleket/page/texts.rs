//! What the pay page says, in two languages.

use super::super::invoice::Status;
use crate::control::asked::Wrong;

/// All texts of one language.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) order: &'static str,
    pub(super) send: &'static str,
    pub(super) left_to_send: &'static str,
    pub(super) received: &'static str,
    pub(super) network: &'static str,
    pub(super) address: &'static str,
    pub(super) copy: &'static str,
    pub(super) copied: &'static str,
    pub(super) scan: &'static str,
    pub(super) time_left: &'static str,
    pub(super) choose: &'static str,
    pub(super) choose_do: &'static str,
    pub(super) back: &'static str,
    pub(super) success: &'static str,
    pub(super) play: &'static str,
    pub(super) play_why: &'static str,
    pub(super) exact: &'static str,
    pub(super) rest: &'static str,
    pub(super) less: &'static str,
    pub(super) more: &'static str,
    pub(super) other: &'static str,
    pub(super) other_do: &'static str,
    pub(super) expire: &'static str,
    pub(super) unlock: &'static str,
    pub(super) missing: &'static str,
    wrong_amount: &'static str,
    not_now: &'static str,
    statuses: [&'static str; 10],
}

const ENGLISH: Texts = Texts {
    language: "en",
    title: "Payment",
    order: "Order",
    send: "Send exactly",
    left_to_send: "Send the rest",
    received: "Received so far",
    network: "Network",
    address: "Address",
    copy: "Copy address",
    copied: "Copied",
    scan: "QR code of the address",
    time_left: "Time left",
    choose: "How would you like to pay?",
    choose_do: "Continue",
    back: "Back to the shop",
    success: "Return to the shop",
    play: "Play the payer",
    play_why: "This is a sandbox: the coins are invented, and nothing real is paid.",
    exact: "Pay exactly",
    rest: "Pay the rest",
    less: "Pay 1 % less",
    more: "Pay 10 % more",
    other: "Another amount",
    other_do: "Pay it",
    expire: "Let it expire",
    unlock: "Pass the check",
    missing: "There is no such invoice. It may have gone with a restart of the sandbox.",
    wrong_amount: "Please enter an amount like 12.34.",
    not_now: "This cannot be done now",
    statuses: [
        "Waiting for your payment",
        "Payment seen, waiting for confirmations",
        "A part has arrived, please send the rest",
        "Paid, thank you!",
        "Paid, and more than needed",
        "Too little arrived, and the time is over",
        "The time is over, nothing was paid",
        "Held for a check of the payment",
        "The payment goes back, or went back",
        "Something went wrong, please write to the shop",
    ],
};

const RUSSIAN: Texts = Texts {
    language: "ru",
    title: "Оплата",
    order: "Заказ",
    send: "Отправьте ровно",
    left_to_send: "Доплатите",
    received: "Уже получено",
    network: "Сеть",
    address: "Адрес",
    copy: "Скопировать адрес",
    copied: "Скопировано",
    scan: "QR-код адреса",
    time_left: "Осталось времени",
    choose: "Чем вы хотите заплатить?",
    choose_do: "Продолжить",
    back: "Вернуться в магазин",
    success: "Вернуться в магазин",
    play: "Сыграть плательщика",
    play_why: "Это песочница: монеты выдуманы, настоящих платежей здесь нет.",
    exact: "Заплатить ровно",
    rest: "Доплатить остаток",
    less: "Заплатить на 1 % меньше",
    more: "Заплатить на 10 % больше",
    other: "Другая сумма",
    other_do: "Заплатить",
    expire: "Дать счёту истечь",
    unlock: "Пройти проверку",
    missing: "Такого счёта нет. Возможно, песочницу перезапустили.",
    wrong_amount: "Введите сумму, например 12.34.",
    not_now: "Сейчас это невозможно",
    statuses: [
        "Ждём ваш платёж",
        "Платёж замечен, ждём подтверждений",
        "Пришла часть суммы, отправьте остаток",
        "Оплачено, спасибо!",
        "Оплачено, и больше, чем нужно",
        "Пришло слишком мало, и время вышло",
        "Время вышло, платежа не было",
        "Платёж задержан для проверки",
        "Платёж возвращается или возвращён",
        "Что-то пошло не так, напишите в магазин",
    ],
};

impl Texts {
    /// The language a browser would rather have: Russian if it names it before English.
    pub(super) fn of(accept_language: Option<&str>) -> &'static Self {
        let wanted = accept_language.unwrap_or_default();
        let first = wanted.split(',').find_map(|range| {
            let range = range.trim();
            let is = |language| {
                range
                    .get(..2)
                    .is_some_and(|start| start.eq_ignore_ascii_case(language))
            };
            if is("ru") {
                Some(&RUSSIAN)
            } else {
                is("en").then_some(&ENGLISH)
            }
        });
        first.unwrap_or(&ENGLISH)
    }

    /// What a status means to the person who pays.
    pub(super) fn status<'a>(&self, status: &'a Status) -> &'a str {
        let [
            waiting,
            seen,
            part,
            paid,
            over,
            short,
            expired,
            held,
            back,
            failed,
        ] = self.statuses;
        match status {
            Status::Check => waiting,
            Status::Process | Status::ConfirmCheck => seen,
            Status::WrongAmountWaiting => part,
            Status::Paid => paid,
            Status::PaidOver => over,
            Status::WrongAmount => short,
            Status::Cancel => expired,
            Status::Locked => held,
            Status::RefundProcess | Status::RefundPaid | Status::RefundFail => back,
            Status::Fail | Status::SystemFail => failed,
            Status::Other(name) => name,
        }
    }

    /// What went wrong, to a person.
    pub(super) fn wrong(&self, wrong: &Wrong) -> String {
        match wrong {
            Wrong::Field { field, .. } if field == "amount" => self.wrong_amount.to_owned(),
            Wrong::Field { message, .. } | Wrong::State(message) => {
                format!("{}: {message}", self.not_now)
            }
            Wrong::Missing(_) => self.missing.to_owned(),
            Wrong::Stranger => self.not_now.to_owned(),
        }
    }
}
