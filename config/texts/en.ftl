# Everything the shop says in English. The Russian and the English file own the same keys with the same
# variables; tests see to it. Names of people come here safe for HTML.
# Rules: one decision a screen; the word carries the meaning, the sign only decorates.
# "You have, we do, you can": the shop speaks of itself as "we", never as "I".
# An order's number stands in <code>: Telegram copies it whole with one touch.

## Numbers, time and goods

stars = { $count ->
    [one] { $shown } Star
   *[other] { $shown } Stars
}
premium = Premium for { $count ->
    [one] { $shown } month
   *[other] { $shown } months
}
months = { $count ->
    [one] { $shown } month
   *[other] { $shown } months
}
seconds = { $count ->
    [one] { $shown } second
   *[other] { $shown } seconds
}
minutes = { $count ->
    [one] { $shown } minute
   *[other] { $shown } minutes
}
hours = { $count ->
    [one] { $shown } hour
   *[other] { $shown } hours
}
days = { $count ->
    [one] { $shown } day
   *[other] { $shown } days
}
for-seconds = { $shown } s
for-minutes = { $count ->
    [one] { $shown } minute
   *[other] { $shown } minutes
}
for-hours = { $count ->
    [one] { $shown } hour
   *[other] { $shown } hours
}
for-days = { $count ->
    [one] { $shown } day
   *[other] { $shown } days
}
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
date-and-time = { $date }, { $time }
time-and-zone = { $time } ({ $zone })

## The main menu and choosing

menu = Hello { $name }! Buy Telegram Stars and Premium here, for yourself or a friend.
    Pay in crypto; delivery usually takes 1–3 minutes after payment. If it cannot be delivered, the money returns to your balance.
    Shortcut: write "100 @name".
menu-nameless = Hello! Buy Telegram Stars and Premium here, for yourself or a friend.
    Pay in crypto; delivery usually takes 1–3 minutes after payment. If it cannot be delivered, the money returns to your balance.
    Shortcut: write "100 @name".
how-many = How many Stars? Choose, or write a number from { $least } to { $most }.
how-many-for = How many Stars for { $to }? Choose, or write a number from { $least } to { $most }.
too-few = The minimum is { $goods }.
how-long = How many months of Premium? Choose, or write 3, 6 or 12.
how-long-for = How many months of Premium for { $to }? Choose, or write 3, 6 or 12.
has-premium = { $to } already has Premium. Send Stars instead?
who-for = { $goods }. Who for?
friend = Pick your friend from the list, forward a message of theirs, or write @name.
no-username = You have no @name yet, and Fragment finds people by it.
    Settings → Username, one minute. Your order will wait.
looking = Looking up { $to } on Fragment…

## The card and paying

card-title = <b>{ $name }</b> · { $to }
card-title-nameless = <b>{ $to }</b>
card-title-me = <b>{ $name }</b> · { $to }, that is you
card-title-me-nameless = <b>{ $to }</b>, that is you
card-price = { $goods } for <b>{ $price }</b>
card-parts-stars = { $part } is the Stars at Fragment's rate, { $fee } the shop. Your wallet adds the transfer fee.
card-parts-premium = { $part } is Premium at Fragment's price, { $fee } the shop. Your wallet adds the transfer fee.
card-valid = Price valid for { $for }, until { $until }.
card-secret = { $name } will not see who sent it.
card-final-stars = Delivered Stars cannot be taken back.
card-final-premium = Delivered Premium cannot be taken back.
card-terms = Paying means you accept /terms.
pay = How would you like to pay { $price }?
pay-missing = You have { $balance }, { $missing } is missing.
pay-least = The smallest transfer is { $least }; the extra { $surplus } stays on your balance.
opening = Preparing your invoice…
other-coin = Which coin for this order? A new invoice takes the place of the old one: do not pay to the old address any more.

## The order

order-title = Order <code>{ $number }</code> · { $goods } for { $to }
order-price = Price { $price }.
send = Send <b>{ $amount }</b> on the { $network } network to:
    <code>{ $address }</code>
send-until = Valid for { $for }, until { $until }. { $network } network only: another network will not arrive.
send-on-page = <b>{ $amount }</b> to pay. Open the payment page and choose a coin there.
send-on-page-until = Valid for { $for }, until { $until }.
send-over = This invoice ended at { $until }. If you have sent a transfer already, the money will come to your balance.
rest-from-balance = The other { $rest } comes from your balance.
surplus-to-balance = The extra { $surplus } stays on your balance.
part-arrived = { $arrived } of { $asked } arrived, waiting for the rest.
invoice-lapsed = The time of this invoice ran out and nothing arrived. Please do not pay to the old address any more. If you have sent it already, the money will come to your balance.
invoice-coming = Preparing your invoice. The address will appear here.
invoice-none = There is no invoice now. Choose a coin to get a new one.
invoice-locked = The payment service is checking the transfer. The money is not lost; the shop does not decide this.
step-wait-payment = ○ Waiting for payment
step-seen = ✓ Payment seen, { $at }
step-wait-network = ○ Waiting for the network to confirm
step-paid = ✓ Paid { $price }, { $at }
step-buying = ○ Buying on Fragment
step-bought = ✓ Buying on Fragment
step-sending = ○ Sending the payment to the network, { $at }
step-sent-link = ✓ Sent, { $at } (<a href="{ $link }">tonviewer ↗</a>)
step-wait-delivery = ○ Waiting for delivery
step-delivered = ✓ Delivered, { $at }
step-returning = ○ Returning { $price } to your balance
step-returned = ✓ { $price } is on your balance, { $at }
step-cancelled = ○ Order closed, { $at }
slow-unsigned = Taking longer: Fragment is not answering the shop. Your { $price } is set aside, the owner knows. Wait?
slow-signed = The payment is on the network: it can neither be cancelled nor lost. We are watching it and will write.
returning-signed = Waiting for the network to confirm that the earlier payment will not leave. The money is not lost.
cancelled-by-you = Order cancelled. Do not pay to the old address any more. If you have sent it already, the money will come to your balance.
cancelled-late = This order's time ran out without a payment. If you have sent it already, the money will come to your balance.
parked = A person is checking this order: your { $price } is set aside. Answer by { $until }. Number <code>{ $number }</code>.
parked-paid = Paid on the network, but Fragment does not show the delivery yet. A person is checking, answer by { $until }. Number <code>{ $number }</code>.
parked-overdue = The check is taking too long. Please write to support and give the number <code>{ $number }</code>.
refunded-because = It did not work out: { $why }.
why-gone = the name { $to } no longer exists on Fragment
why-changed = the name { $to } now belongs to another person
why-premium = { $to } already has Premium
why-cost = the price on Fragment went up
why-asked = you asked for the money back
why-long = it took longer than /terms promise
why-shop = the shop could not deliver
why-operator = support returned the money

## Balance and top-up

top-up = You have { $balance }. How much would you like to add? Choose, or write an amount from { $least } to { $most }.
top-up-coin = Add { $amount }. In which coin?
invoice-title = Adding <b>{ $amount }</b> to your balance
invoice-paid = ✓ { $amount } came to your balance
invoice-cancelled = Top-up cancelled. Do not pay to the old address any more. If you have sent it already, the money will come to your balance.
invoice-refused = The payment service did not open this invoice. Try another coin or amount.
balance = Balance: <b>{ $available }</b>
balance-held = Set aside for orders and checks: { $held }
balance-debt = Debt: { $debt }. Your next top-up settles it, and then you can buy again.
balance-lines = Latest movements:
balance-line = { $at } · { $change } · { $what }
balance-empty = No movements yet.
line-credit = payment received
line-reversal = payment returned to the sender
line-lock = set aside during a check
line-unlock = check finished
line-refund-hold = set aside for a return
line-refund-end = return finished
line-hold = order
line-release = order did not work out, money back
line-settle = order delivered
line-other = other
line-adjustment = correction by the shop
line-carried-over = from the shop as it was before

## Lists

orders = My orders:
orders-page = My orders, page { $page }:
orders-line = <code>{ $number }</code> · { $goods } · { $to } · { $price }
    { $at }: { $state }
orders-empty = Nothing here yet. Your first { $goods }: { $price }.
orders-empty-unpriced = Nothing here yet.
orders-end = There are no more orders.
where-open = These orders are under way:
where-none = No open orders.
where-last = The latest one:
where-never = No open orders, and none before.
state-awaiting-payment = waiting for payment
state-held = paid, buying on Fragment
state-returning = returning the money to your balance
state-paying = the payment for it is on the network
state-paid = paid on the network, waiting for delivery
state-delivered = delivered
state-refunded = did not work out, money on your balance
state-cancelled = closed without payment
state-parked = a person is checking

## The shop is closed, and other things

closed-no-invoices = New invoices are not available for now. You can still buy from your balance; transfers you have sent will not be lost.
closed-not-selling = We are not selling Stars and Premium right now, so as not to take money too early. Shall we tell you when we open?
closed-starting = One second, the shop is starting. Please try again.
slow-down = A little slower, please: try again in { $for }.
slow-down-little = A little slower, please: try again in a few seconds.
try-again-soon = New purchases are on hold for a moment. Please try again in a minute; paid orders go on as usual.
only-in-private = Purchases are made in a private chat: { $link }
only-in-private-nameless = Purchases are made in a private chat with this bot.
sorry = We could not show the answer. Nothing was bought or charged. Please try again.

## What has just happened

note-old-button = That button is out of date, here is a fresh one:
note-not-understood = We understand text and buttons. For example: 100 @masha.
note-not-a-number = We could not read that number. Please write digits, for example 100.
note-not-months = Premium comes for 3, 6 or 12 months. Please write one of these numbers.
note-too-many = The maximum is { $goods } at once.
note-above-cap = We cannot sell that many in one order now. Take fewer, or split it up.
note-bad-amount = We could not read that amount. Write dollars in figures, such as 10 or 10.50.
note-amount-unclear = Are these thousands or cents? Write the whole amount, such as 1000, or two decimals, such as 10.50.
note-amount-too-fine = An amount has at most two decimals. For example, 10.50.
note-amount-too-small = The minimum is { $least }.
note-amount-too-large = The maximum is { $most } at once.
note-bad-name = That does not look like a @name: 4 to 32 Latin letters, digits and "_".
note-not-found = We could not find { $to }. Check the letters, or pick your friend from the list.
note-not-a-person = { $to } is a channel, a group or a bot. Only a person can receive the gift.
note-not-a-person-stars = { $to } is a channel, a group or a bot. Only a person can receive Stars.
note-not-a-person-premium = { $to } is a channel, a group or a bot. Only a person can receive Premium.
note-friend-has-no-name = Your friend ({ $name }) has no @name, and Fragment finds people by it. Ask them to set one in Telegram's settings. Then check again: pick them once more.
note-friend-nameless = This person has no @name, and Fragment finds people by it. Ask them to set one in Telegram's settings. Then check again: pick them once more.
note-friend-write = <a href="{ $link }">Write to them ↗</a>
note-cannot-look-up = Fragment is not answering now, so { $to } cannot be checked. Please try again.
note-new-price = The earlier price has ended, here is the new one:
note-not-enough = Your balance is short by { $missing }.
note-debt = You owe { $owed }: a payment was returned to its sender after you had bought. Add to your balance, and you can buy again.
note-frozen = The payment service is checking your transfer. Purchases wait until it is done.
note-other-order-open = Another order is waiting for payment. Pay or cancel it first: /orders
note-premium-under-way = Premium for this person is on its way already.
note-invoice-refused = The payment service did not open this invoice. Try another coin.
note-invoice-coming = Your invoice is on its way, the address will appear here.
note-cancelled = Cancelled. Do not pay to the old address any more. If you have sent it already, the money will come to your balance.
note-not-cancelled = It cannot be cancelled any more: the order no longer waits for payment.
note-taken-back = Returning the money to your balance.
note-too-early = You can take the money back from { $from }: most orders arrive before that.
note-already-signed = The payment is on the network: it can neither be cancelled nor lost. We are watching it and will write.
note-wait-on = Good, we wait. We will write when it is done.
note-keep-looking = Not visible yet. We keep checking, every 30 s, and will write to you.
note-try-again = That did not work just now. Please try again.
note-will-tell = Good, we will write when we open.
note-language-set = English from now on.
note-no-such-order = You have no such order.

## News: each is a new message

credited = Payment of { $received } received: buying { $goods } for { $to }.
credited-top-up = Your balance has grown by { $credited }.
credited-within = We received { $received } of { $asked }. The shop covers the difference; buying now.
credited-within-top-up = We received { $received } of { $asked }. The shop covers the difference: { $credited } is on your balance.
credited-less = We received { $received } of { $asked }. The money is yours. What next?
credited-less-top-up = We received { $received } of { $asked }. All of it is on your balance.
credited-more = We received { $received }: paid; { $surplus } is on your balance.
credited-more-top-up = We received { $received } instead of { $asked }. { $credited } is on your balance.
credited-late = Your payment of { $received } came after the invoice had ended; it is on your balance. Buy { $goods } for { $to } at the new price?
credited-late-now = Your payment of { $received } came after the invoice had ended; it is on your balance. Buy { $goods } for { $to } now for { $price }?
credited-late-top-up = Your payment of { $received } came after the invoice had ended; it is on your balance.
credited-second = Two payments arrived. One bought the order; { $credited } is on your balance.
credited-after-cancel = The order had been cancelled, but the payment arrived: { $credited } is on your balance.
credited-after-cancel-top-up = The top-up had been cancelled, but the payment arrived: { $credited } is on your balance.
credited-closed = The order was closed already, but the payment arrived: { $credited } is on your balance.
credited-kept = Payment of { $received } received; { $credited } of it is on your balance.
credited-withheld = { $withheld } above the limit is set aside until it is checked: please write to support.
credited-dust = { $withheld } is too little to be credited. Add to it on the same invoice, or write to support.
credited-debt = { $paid } went to an earlier debt.
locked = The payment service is holding your transfer for a check. The money is not lost; the shop does not decide this.
locked-here = The payment service is holding your transfer for a check. You can pass it <a href="{ $link }">here ↗</a>. The money is not lost; the shop does not decide this.
unlocked = The check is done and the money is yours again. You can buy.
paying-back = The shop is returning your payment to its sender: { $amount }. Until then this money is set aside.
paying-back-failed = The payment could not be returned: { $amount } is on your balance again.
paid-back = Your payment went back to its sender: { $amount }.
paid-back-locked = Your payment went back to its sender. Your balance has not changed.
paid-back-debt = Your balance did not cover it: { $debt } is a debt now. Your next top-up settles it.
delivered = Done! { $to } has { $goods }. Order <code>{ $number }</code>, { $took } from payment to delivery.
delivered-bare = Done! The order is delivered.
refunded = It did not work out: { $why }. { $amount } is on your balance.
refunded-bare = It did not work out. { $amount } is on your balance.
refunded-asked = We returned { $amount } to your balance, as you asked. Order <code>{ $number }</code>.
takes-longer = Taking longer: Fragment is not answering the shop. Your { $price } is set aside, the owner knows. Wait?
    After { $held } the money returns by itself. Order <code>{ $number }</code>.
takes-longer-bare = Taking longer: Fragment is not answering the shop. Your money is set aside, the owner knows. Wait?
being-checked = Paid on the network, but Fragment does not show the delivery yet. A person is checking, answer by { $until }. Number <code>{ $number }</code>.
being-checked-bare = Paid on the network, but Fragment does not show the delivery yet. A person is checking.
open-again = The shop is open again. What would you like?

## Buttons: up to 20 characters in a pair, up to 34 alone

key-stars = Stars
key-premium = Premium
key-balance = Balance { $balance }
key-balance-plain = Balance
key-orders = My orders
key-help = Help
key-quantity = { $count } · { $price }
key-other-number = Another number
key-buy-quantity = Buy { $count }
key-months = { $months } · { $price }
key-me = Me
key-me-named = Me, { $to }
key-friend = A friend
key-friend-else = Someone else
key-check-again = Check again
key-pick = Pick a friend
key-cancel-pick = Cancel
key-confirm-named = Yes, { $name }. Buy for { $price }
key-confirm = Buy for { $price }
key-confirm-otherwise = Pay another way
key-buy-from-balance = Buy from balance for { $price }
key-from-balance = From balance ({ $balance })
key-coin = { $currency } · { $network }
key-pay = Pay
key-address = Address ⧉
key-amount = Amount ⧉
key-pay-page = Payment page ↗
key-sent = I have sent it
key-other-coin = Other coin
key-cancel = Cancel
key-take-back = Back to balance
key-wait = Wait
key-show-order = Order { $number }
key-refresh = Refresh
key-again = Again
key-try-again = Try again
key-buy-now = Buy now
key-add = Add { $amount }
key-fewer = { $goods } now
key-keep = Keep on balance
key-write-to = Tell { $to } ↗
key-write-to-named = Tell { $name } ↗
key-write = Tell them ↗
key-support = Support ↗
key-top-up = Top up
key-where = Where are my Stars?
key-pay-support = Payment question
key-terms = Terms
key-privacy = Your data
key-language = Language / Язык
key-russian = Русский
key-english = English
key-erase = Erase my data
key-erase-now = Erase
key-tell-me = Tell me
key-tell-me-works = Tell me when it works
key-newer = ‹ Newer
key-older = Older ›
key-back = ‹ Back
key-menu = Menu

## Pages

help = <b>How it works</b>
    1. Write "100 @name" or tap Stars.
    2. Check the recipient's name and photo.
    3. Pay from your balance or in crypto.
    Delivery usually takes 1–3 minutes. If it does not work out, the money returns to your balance by itself.
    Commands: /buy /premium /topup /balance /orders /where
pay-support = <b>Payment question</b>
    A transfer is not visible at once: the network needs time. We check every 30 seconds and write to you.
    Money that comes late, in another amount or twice goes to your balance.
    Not visible for more than an hour? Write to support: the order's number and a link to the transfer.
    { $support }
terms = <b>Terms, version { $version }</b>
    The shop buys Stars and Premium on fragment.com for the person you confirmed on the card. It is not part of Telegram.
    The price is the one on the card until it ends. Your wallet adds the transfer fee.
    What is delivered cannot be taken back. If it is not delivered, the money is on your balance.
    While the payment for your purchase is not signed, you can take the money back to your balance from { $slow } after paying; after { $held } it returns by itself. A signed payment cannot be cancelled.
    Late, extra and short payments go to your balance. A transfer under check at the payment service waits for its end.
    { $support }
privacy = <b>Your data</b>
    The shop stores the number of your Telegram account, your language, your orders with the recipients' names, your invoices and the movements of your balance. A recipient's name and photo are shown on the card and stored with the order. The shop has none of your chats or contacts.
    The payment service gets no more than an invoice number; Fragment gets the recipient's @name.
    You can have your data erased: the button below, or /erase.
    { $support }
erase = <b>Erase my data</b>
    Goes: the link between your Telegram and the shop, your language, the names you bought for, your place in this chat. Messages about orders are no longer updated.
    Stays: orders with the recipient you confirmed (@name, name, picture), invoices and movements of money, under a number that no longer leads to you. They prove what was paid and delivered. If you bought for yourself, your own @name stays in that order.
    For { $kept } a keyed mark stays, by which support finds a late payment of yours. Backups hold the old state until new ones replace them.
erase-for-good = This cannot be undone. Erase?
erase-open-order = Not yet: an order of yours is not finished. Once it is, your data can be erased.
erase-open-invoice = Not yet: an invoice of yours can still be paid, even a cancelled one. It ends by itself at the time it names.
erase-open-lock = Not yet: the payment service is checking a transfer of yours.
erase-open-balance = Not yet: there is money on your balance. Spend it, or ask support to return it.
erase-open-hold = Not yet: money of yours is set aside. Once that ends, your data can be erased.
erase-open-debt = Not yet: there is a debt. Your next top-up settles it.
erased = Done, your data is erased. If you write here again, the shop meets you for the first time.
language = Choose a language. Выберите язык.
support-line = Support: { $contact }
support-none = For support, ask the owner of this bot.

## How the bot calls itself

bot-about = Telegram Stars and Premium for you or a friend: in crypto, in 1–3 minutes, money back to your balance if it fails.
bot-description = Telegram Stars and Premium, for yourself or a friend. Pay in crypto or from your balance; delivery usually takes 1–3 minutes. If it cannot be delivered, the money returns to your balance. Tap Start, or write "100 @name".
command-start = Main menu
command-buy = Buy Stars: /buy 100 @name
command-premium = Give Premium
command-topup = Top up: /topup 10
command-balance = Balance and movements
command-orders = My orders
command-where = Where are my Stars?
command-help = How it works
command-paysupport = Payment question
command-terms = Terms
command-privacy = Your data
command-language = Language / Язык

## For the owner

operator-parked = Order { $order } needs a person (time { $n }): { $why }
operator-wallet-stopped = Wallet <code>{ $wallet }</code> signs nothing more (time { $n }): { $why }
operator-top-up = Wallet <code>{ $wallet }</code> ran short of TON: payment { $transfer } of { $amount } did not go out. Please top it up.
operator-unexplained = Wallet <code>{ $wallet }</code>: no order explains the transaction at lt { $lt }: { $what }
operator-break = Break (time { $n }, since { $since }): { $what }
operator-break-over = Books, chain and Fragment agree again. It was: { $what }
operator-break-payment-unexplained = wallet <code>{ $wallet }</code> paid { $amount } to Fragment at lt { $lt }, and no order signed it.
operator-break-payment-unexplained-fits = wallet <code>{ $wallet }</code> paid { $amount } to Fragment at lt { $lt }, and the books did not sign it. Its reference is that of order { $order }.
operator-break-money-back = { $amount } came back from Fragment to wallet <code>{ $wallet }</code> at lt { $lt }. Say for which order.
operator-break-payment-missing = by the books order { $order } was paid at lt { $lt }; the chain shows no such payment.
operator-break-payment-unbooked = the chain shows a payment for order { $order } at lt { $lt }; the books do not count it as paid.
operator-break-payment-differs = what left for order { $order } at lt { $lt } is not what was signed.
operator-break-reference-paid-twice = Ref#{ $reference } was paid twice: at lt { $first } and at lt { $second }.
operator-break-order-paid-twice = order { $order } was paid twice: by { $first } and by { $second }.
operator-break-delivery-unseen = order { $order } is paid, and Fragment's history shows nothing for it.
operator-break-delivery-unproven = order { $order } counts as delivered, and Fragment's history shows nothing for it.
operator-break-row-unclaimed = Fragment's history of { $login } shows a purchase that no order made: { $row }
operator-break-row-differs = Fragment's history shows something else for order { $order } ({ $fields }): { $row }
operator-break-late-delivery = the price of order { $order } was given back, and the goods came after all: { $row }
operator-break-row = { $who }, { $what }, { $price }, { $time }
operator-break-field-recipient = recipient
operator-break-field-goods = goods
operator-break-field-price = price
operator-float-low = Wallet <code>{ $wallet }</code>: { $free } is free, too little for the orders that wait. Please top it up.
operator-float-ends = Wallet <code>{ $wallet }</code>: { $free } is free, { $per_day } leaves in a day, enough for { $for }. Please top it up.
operator-order-waits = Order { $order } is paid and waits longer than usual; the payment for the purchase is not signed yet. The customer was told. If others wait too, you will not hear of it again before the next hour.
operator-login-lost = Fragment login { $login } is lost (time { $n }): { $why }
operator-login-back = Fragment login { $login } works again.
operator-invoice-odd = Invoice { $invoice }: { $what }
operator-orphan = Money arrived without an invoice in the books (uuid { $uuid }): { $what }
operator-paused = Sales are paused: { $why }
operator-open-again = Sales go on: { $what }
operator-unbalanced = The books do not balance: { $usd } micro-dollars, { $ton } nano-TON. Sales are stopped.
operator-undeliverable = Notice { $key } cannot be delivered: Telegram says "{ $why }"
operator-shop-new = The shop is new and sells to nobody but you. Run <code>starkeeper check</code> until all is well, then buy 50 Stars here: the card shows the price before you pay. Once they are delivered, the shop opens.
operator-shop-opened = Your test purchase { $order } was delivered: the shop is open for everybody.
operator-shop-away = Away { $from }–{ $to }, { $orders }
operator-shop-going-on = { $count ->
    [one] { $shown } order continued
   *[other] { $shown } orders continued
}
operator-shop-disk-low = Sales rest: { $folder } has { $free } MiB left, less than { $least }. Orders are being finished. Please make room.
operator-shop-disk-fine = There is room on the disk again: sales go on.
operator-shop-log-lost = The log cannot be written to { $file }: { $why }. The shop goes on without these lines.
operator-day = The day { $day }
operator-day-late = The day { $day } (told late)
operator-day-orders = { $count ->
    [one] { $shown } order
   *[other] { $shown } orders
}
operator-day-sales = Sales: { $sales }, { $orders }
operator-day-cost = Cost: { $cost } ({ $cost_usd }), fees { $fees }, margin { $margin } at { $rate } for a TON
operator-day-cost-alone = Cost: { $cost }, chain { $network }; no rate to count a margin with
operator-day-open = Waiting orders: { $waiting }. At Heleket { $gateway }, in the wallets { $float }

## The operators' deck

deck-key-home = The deck
deck-key-look = Look at it
deck-key-waits = What waits
deck-key-find = Find an order
deck-key-sales = Sales
deck-key-prices = Prices
deck-key-fix = Fix a price
deck-key-wallets = Tills
deck-key-order = The order
deck-key-invoice = The invoice
deck-key-nth = No. { $n }
deck-key-resume = Let it go on
deck-key-refund = Give money back
deck-key-deliver = Delivered by row { $n }
deck-key-settle = Close it
deck-key-give = Give to { $number }
deck-key-give-to = Give to an order
deck-key-pause-all = Pause everything
deck-key-pause-stars = Pause Stars
deck-key-pause-premium = Pause Premium
deck-key-open = Let sales go on
deck-key-yes = Yes, do it
deck-key-customer = Customer asked
deck-key-checked = Checked by hand
deck-key-outage = Outage
deck-key-cookies = New cookies
deck-today = <b>Today until { $time }</b>
deck-health = On their way: { $orders }. Parked: { $parked }. Breaks: { $breaks }. Odd invoices: { $odd }
deck-shop-open = The shop sells.
deck-shop-closed = The shop sells nothing now.
deck-stop = Since { $since } { $what } rest: { $why }
deck-what-all = all sales
deck-what-stars = Stars
deck-what-premium = Premium
deck-stop-operator = by hand
deck-stop-books = the books do not balance
deck-stop-fragment = Fragment does not answer
deck-stop-login = no Fragment login works
deck-stop-float = too little TON
deck-stopped-by = { $at }, by { $who }: { $reason }
deck-unavailable = { $what }: { $why }
deck-waits = What waits
deck-waits-nothing = Nothing waits: every paid order is finished.
deck-waits-line = { $what }: { $count }, the oldest for { $age }
deck-waits-count = { $what }: { $count }
deck-nothing = { $what }: nothing any more.
deck-state-parked = Parked
deck-state-held = Paid, in line
deck-state-linked = Link is ready
deck-state-paying = Payment signed
deck-state-paid = Goods awaited
deck-finished = Finished
deck-unpaid = Unpaid
deck-breaks = Breaks
deck-odd = Odd invoices
deck-found = Found
deck-row = <code>{ $number }</code> · { $goods } for { $to }, { $price }, { $age }
deck-numbered = { $n }. { $what } ({ $age })
deck-break = Break since { $since }: { $what }
deck-order = Order <code>{ $number }</code> ({ $id })
    { $goods } for { $to }, { $price }. Customer <code>{ $user }</code>
deck-order-state = { $state }, placed at { $since }, { $age } ago
deck-order-why = Why: { $why }
deck-order-nothing = Nothing can be done by hand in this state.
deck-transfer = Payment no. { $seqno }, signed at { $at }: { $state }
deck-transfer-paid = <a href="{ $link }">paid</a>
deck-transfer-unpaid = not paid
deck-invoice = Invoice { $invoice } (<code>{ $name }</code>) for { $amount }, opened at { $at }. Credited: { $credited }
deck-prices = <b>Prices, as the settings say</b>
deck-prices-by-hand = <b>Prices, set by hand at { $at }</b>
deck-price = { $what }: { $value }
deck-price-none = none
deck-price-tier = From { $count } Stars
deck-price-premium = Markup of Premium
deck-price-floor = Least markup
deck-price-fixed = Fixed, { $goods }
deck-goods = What gets a price of its own? Choose, or write a number of Stars, or "premium 6".
deck-write-percent = Write the new percentage, for example 12.5
deck-write-dollars = Write the new price in dollars; 0 takes it away
deck-wallet = <b>{ $login }</b>: { $free } free
deck-wallet-rate = { $per_day } leave in a day, enough for { $for }
deck-wallet-stopped = It signs nothing more until a person helps. Reason: { $why }.
deck-wallet-login = Its Fragment login does not work.
deck-wallets-none = This daemon has no till.
deck-top-up = To top it up, send TON here:
    <code>{ $address }</code>
deck-find = Which order? Write its number, the customer's Telegram id, an invoice, a reference or a hash.
deck-taker = Which order gets this row of the history? Write its number, the customer's Telegram id, the invoice, the payment's reference or a hash.
deck-none-found = There is no such order. Look again, and write another name of it: number, the customer's Telegram id, invoice, reference or hash.
deck-why = { $what }
    Why? Choose, or write it: it stands in the audit log.
deck-sure = Really?
deck-reason = Reason: { $reason }
deck-change = { $goods }: { $before } → { $after }
deck-wish-resume = Order { $order } goes on from where it stopped. Behind a payment that means looking only.
deck-wish-refund = The price of order { $order } goes back to the customer's balance.
deck-wish-deliver = Order { $order } counts as delivered by the row of Fragment's history that you chose.
deck-wish-settle = The break is closed for good, whatever the next looks find.
deck-wish-give = Order { $order } gets this row of Fragment's history, and no other takes it. The break is closed for good.
deck-wish-pause = Resting from now on: { $what }. What was bought goes on.
deck-wish-open = What was paused by hand is sold again.
deck-wish-price = { $what } from now on: { $value }
deck-cookies = Send the cookies of { $login } from fragment.com in one message. It is deleted at once, and they are tried before they take the place of the old ones.
deck-trying = Trying the cookies of { $login } …
deck-not-there = That is not there any more.
deck-unread = The books cannot be read right now. Please look again in a moment.
deck-note-done = Done.
deck-note-cookies-taken = The new cookies work.
deck-note-changed = Not done: it changed meanwhile. This is how it is now.
deck-note-before = Not done: it was done before, or somebody was faster.
deck-note-elsewhere = Not done: another replica holds this till. Try again in a minute.
deck-note-not-now = Not done now. Please try again in a moment.
deck-note-unsure = Nobody knows yet whether it was done. Look before you try again.
deck-note-rule = Not done: { $why }
deck-rule-state = the order's state allows no such thing (rule 20). Look at the order: its buttons are what can be done now.
deck-rule-signed = a signed payment may still go out (rule 3). Wait: the shop watches the chain and goes on by itself.
deck-rule-not-explained = the wallet's history is not explained yet (rule 2). Try again in a minute; if it stays so, look at the breaks.
deck-rule-second-person = behind a payment two people decide (rule 20). Another operator presses the same within 24 hours, and it is done.
deck-rule-silent-history = behind a payment Fragment's history must show nothing for 24 hours (rule 20). Try again after that.
deck-rule-row-taken = this row of Fragment's history belongs to another order (rule 9). Choose another row.
deck-rule-no-row = this break is about no row of Fragment's history, so no order can have it. Close it without an order.
deck-rule-no-reason = a reason is missing, and it must stand in the audit log. Begin again and say why.
deck-rule-too-little = no balance falls below zero, and there is less on this one. Take at most what is there.
deck-rule-frozen = a payment of this customer is held for a check (rule 17). Wait until the check is over.
deck-rule-debt = this customer owes the shop (rule 17). The next top-up pays the debt; then try again.
deck-rule-other-order = another order of this customer waits for its payment (rule 12). It must be paid or cancelled first.
deck-rule-wallet-works = only a wallet that has stopped has something to be explained. This one works.
deck-rule-prices = these prices cannot stand beside each other (rule 22).
deck-rule-no-cookies = there are no cookies of fragment.com in it. Copy stel_ssid, stel_dt and stel_token.
deck-rule-logged-out = nobody is logged in with these cookies; the old ones stay. Log in at fragment.com and copy them anew.
deck-rule-identity = Fragment asks for its identity check; the old cookies stay. Do what fragment.com asks for, then send them again.
deck-rule-gone = there is no such thing any more. Look again.
deck-rule-books = the books keep a rule by themselves; nothing was changed. Its name is in the daemon's log.
deck-wrong-no-tiers = There must be one markup of Stars at least.
deck-wrong-rows = { $rows } rows are too many: take some away first.
deck-wrong-first-tier = The first markup begins at { $from } Stars; it must begin with the smallest order.
deck-wrong-order = The markup from { $from } Stars stands behind the one from { $previous }.
deck-wrong-markup = { $what } is { $value }. From { $floor } to { $most } is possible; for less, lower the least markup first.
deck-wrong-floor = Least markup is { $value }. Below { $least } the shop could lose money.
deck-wrong-cents = { $goods } for { $price }: write dollars and whole cents, for example 12.50.
deck-wrong-behind = { $goods } for { $price }: the goods cost { $cost } now, { $least } with the smallest markup. Write { $least } or more.
deck-wrong-twice = { $goods } has two fixed prices. Take one away.
deck-wrong-falls = { $more } would cost less than { $less }. Change the other fixed price first.
deck-wrong-settings = The settings contradict them: starkeeper config shows which.
deck-note-bad-goods = That is nothing that is sold. Write a number of Stars, or "premium 6".
deck-note-bad-number = That is no percentage. Write 12 or 12.5, for example.
deck-note-bad-reason = A reason has 3 to 500 characters.

## Reasons, as the owner reads them. Words of others stand in <code>

park-fragment-says = Fragment refuses in words the shop does not know: <code>{ $text }</code>
park-no-key = the key of wallet <code>{ $wallet }</code> is not here
park-signer-rule = a rule at the key itself forbids to sign: <code>{ $text }</code>
park-history = the wallet's history holds a transaction that the books cannot explain
park-assigned = a payment (lt { $lt }) was assigned to the order by hand
park-unseen = paid on the chain, delivery not visible
park-sent-back = Fragment sent the TON back (lt { $lt })
chain-sent-other = transaction lt { $lt } sent something else than was signed
chain-failed = transaction lt { $lt } did not work out and used up number { $seqno }
chain-not-ours = number { $seqno } of wallet <code>{ $wallet }</code> was used up by a message that is not ours: somebody else signs with this key
link-payer = the link is for another payer: <code>{ $wallet }</code>
link-messages = messages in the link: { $count }, expected one
link-state-init = the link carries a contract's code, expected none
link-destination = the link pays to an address that is not known: <code>{ $wallet }</code>
link-amount = the link asks for { $amount }, but { $limit } was named when the purchase began
link-nothing = the link asks for { $amount }, expected more than nothing
link-cap = the link asks for { $amount }, above the limit of one order { $limit }
link-comment = the link's comment is not about this order: <code>{ $text }</code>
link-no-reference = the link's comment has no reference: <code>{ $text }</code>
link-late = the link is valid for too short a time, until { $until }
link-recipient = the link is for another recipient than the one who was confirmed
stop-unpaid = two payments in a row were accepted, but did not go out; top the wallet up
stop-ahead = the chain shows number { $shown }, the books are at { $books }: somebody else signs with this key, or the books are old
stop-unexplained = wallet <code>{ $wallet }</code> has a transaction that nobody can explain
strange-by-hand = sent by hand, messages: { $count }
strange-hand-while-paying = the wallet was used by hand while an order was being paid
strange-seqno = the chain shows number { $shown }, and the explained history ends at { $explained }
strange-unsigned = a payment to Fragment that the books did not sign
strange-reference = a payment that the books did not sign, with the reference <code>Ref#{ $text }</code>
strange-reference-fits = a payment that the books did not sign, with the reference <code>Ref#{ $text }</code> of order { $order }
strange-came-back = { $amount } came back from Fragment
orphan-of-customer = status <code>{ $status }</code>, <code>{ $amount }</code> asked, name of the invoice <code>{ $id }</code>, made for customer <code>{ $customer }</code>
orphan-of-nobody = status <code>{ $status }</code>, <code>{ $amount }</code> asked, name of the invoice <code>{ $id }</code>, made for nobody who is known
odd-other-uuid = a report of another invoice came, uuid <code>{ $text }</code>
odd-other-order-id = the report has another name of the invoice: <code>{ $text }</code>
odd-other-currency = the report is not in dollars: <code>{ $text }</code>
odd-other-face = the report has another amount of the invoice: { $amount }
odd-not-new = instead of a new invoice the payment service returned: <code>{ $text }</code>
odd-vanished = the payment service does not know this invoice any more
odd-not-final = status <code>{ $text }</code> is not final yet; not credited
odd-unvalued = status <code>{ $text }</code> without a clear amount; not credited
odd-less-due = { $amount } is due, { $recorded } was credited; nothing was taken
odd-went-back = status <code>{ $text }</code> after a credit; nothing was taken
odd-failed = the payment ended with status <code>{ $text }</code>
odd-withheld = { $amount } is set aside until it is checked
odd-locked = the payment is held for a check (time { $n })
odd-foreign-refund = a refund runs that was not ordered here
odd-left-debt = the payment went back to its sender, { $amount } became debt
odd-refund-uncredited = a payment went back that was never credited
odd-paid-after-refund = status <code>{ $text }</code> after the payment went back; not credited
odd-refunded-again = the payment went back once more, after our own refund
odd-refund-failed = the refund did not go through: <code>{ $text }</code>
odd-refund-in-doubt = the refund was not answered, the money stays aside
odd-unknown-status = a status that is not known: <code>{ $text }</code>
odd-more = too many odd things, no more are told
price-of-rate = the rate of TON
price-of-stars = the price of Stars at Fragment
price-of-premium = the price at Fragment ({ $goods })
price-never-seen = { $what }: nothing is known yet
price-too-old = { $what }: the last word came from <code>{ $by }</code>, { $age } old, expected at most { $limit } (recent sources { $fresh } of { $needed })
price-few-sources = { $what }: sources { $fresh }, needed { $needed }
price-future = { $what }: word from <code>{ $by }</code> came from the future, { $age } ahead: clocks differ
price-apart = { $what }: <code>{ $low }</code> and <code>{ $high }</code> are { $apart } apart, expected at most { $limit }
price-stopped = paused: { $why }
price-below = its own price { $amount } has fallen below { $limit }, the least it is sold for
price-cap = costs up to { $amount }, above the limit of one order { $limit }
price-arithmetic = the price cannot be computed: a number does not fit
needs-telegram-login = log in at fragment.com in a browser and bring the new cookies: /admin, "Tills"
needs-identity = complete the identity check at fragment.com/kyc/account
needs-wallet-proof = Fragment refuses the wallet's signature: check the wallet at fragment.com
deck-odd-line = Odd: { $what }
