# Всё, что магазин говорит по-русски. Русским и английским файлом владеют одни и те же ключи с теми же
# переменными; тесты следят. Имена людей приходят сюда уже безопасными для HTML.
# Правила: одно решение на экран; слово несёт смысл, знак только украшает; ни одного глагола с родом.
# «У вас есть, мы делаем, вы можете»: магазин говорит о себе «мы», и нигде «я».
# Имя не склоняем: «Написать: Маша», а не угаданное «Написать Маше».
# Номер заказа стоит в <code>: Telegram копирует его целиком одним касанием.

## Числа, время и товары

stars = { $count ->
    [one] { $shown } звезда
    [few] { $shown } звезды
   *[other] { $shown } звёзд
}
premium = Premium на { $count ->
    [one] { $shown } месяц
    [few] { $shown } месяца
   *[other] { $shown } месяцев
}
months = { $count ->
    [one] { $shown } месяц
    [few] { $shown } месяца
   *[other] { $shown } месяцев
}
seconds = { $count ->
    [one] { $shown } секунда
    [few] { $shown } секунды
   *[other] { $shown } секунд
}
minutes = { $count ->
    [one] { $shown } минута
    [few] { $shown } минуты
   *[other] { $shown } минут
}
hours = { $count ->
    [one] { $shown } час
    [few] { $shown } часа
   *[other] { $shown } часов
}
days = { $count ->
    [one] { $shown } день
    [few] { $shown } дня
   *[other] { $shown } дней
}
for-seconds = { $shown } с
for-minutes = { $count ->
    [one] { $shown } минуту
    [few] { $shown } минуты
   *[other] { $shown } минут
}
for-hours = { $count ->
    [one] { $shown } час
    [few] { $shown } часа
   *[other] { $shown } часов
}
for-days = { $count ->
    [one] { $shown } день
    [few] { $shown } дня
   *[other] { $shown } дней
}
date = { $day } { $month ->
    [1] января
    [2] февраля
    [3] марта
    [4] апреля
    [5] мая
    [6] июня
    [7] июля
    [8] августа
    [9] сентября
    [10] октября
    [11] ноября
   *[12] декабря
}
date-and-time = { $date }, { $time }
time-and-zone = { $time } ({ $zone })

## Главное меню и выбор

menu = Здравствуйте, { $name }! Здесь можно купить Telegram Stars и Premium — себе или другу.
    Оплата криптовалютой, доставка обычно за 1–3 минуты после оплаты. Не получится — деньги вернутся на баланс.
    Быстро: напишите «100 @имя».
menu-nameless = Здравствуйте! Здесь можно купить Telegram Stars и Premium — себе или другу.
    Оплата криптовалютой, доставка обычно за 1–3 минуты после оплаты. Не получится — деньги вернутся на баланс.
    Быстро: напишите «100 @имя».
how-many = Сколько звёзд? Выберите или напишите число от { $least } до { $most }.
how-many-for = Сколько звёзд для { $to }? Выберите или напишите число от { $least } до { $most }.
too-few = Минимум { $goods }.
how-long = На сколько месяцев Premium? Выберите или напишите 3, 6 или 12.
how-long-for = На сколько месяцев Premium для { $to }? Выберите или напишите 3, 6 или 12.
has-premium = У { $to } уже есть Premium. Подарить звёзды?
who-for = { $goods }. Кому?
friend = Выберите друга из списка, перешлите его сообщение или напишите @имя.
no-username = У вас пока нет @имени, а Fragment находит людей по нему.
    Настройки → Имя пользователя, одна минута. Заказ подождёт.
looking = Ищем { $to } на Fragment…

## Карточка и оплата

card-title = <b>{ $name }</b> · { $to }
card-title-nameless = <b>{ $to }</b>
card-title-me = <b>{ $name }</b> · { $to }, это вы
card-title-me-nameless = <b>{ $to }</b>, это вы
card-price = { $goods } за <b>{ $price }</b>
card-parts-stars = { $part } — звёзды по курсу Fragment, { $fee } — магазин. Комиссию перевода добавит ваш кошелёк.
card-parts-premium = { $part } — Premium по цене Fragment, { $fee } — магазин. Комиссию перевода добавит ваш кошелёк.
card-valid = Цена действует { $for }, до { $until }.
card-secret = { $name } не увидит, от кого подарок.
card-final-stars = Доставленные звёзды вернуть нельзя.
card-final-premium = Доставленный Premium вернуть нельзя.
card-terms = Оплата означает согласие с /terms.
pay = Как оплатить { $price }?
pay-missing = На балансе { $balance }, не хватает { $missing }.
pay-least = Минимум для перевода — { $least }; лишние { $surplus } останутся на балансе.
opening = Готовим счёт…
other-coin = В какой монете оплатить заказ? Прежний счёт сменится новым: по старому адресу больше не платите.

## Заказ

order-title = Заказ <code>{ $number }</code> · { $goods } для { $to }
order-price = Цена { $price }.
send = Отправьте <b>{ $amount }</b> в сети { $network }:
    <code>{ $address }</code>
send-until = Счёт на { $for }, до { $until }. Только сеть { $network }: перевод в другой сети не дойдёт.
send-on-page = К оплате <b>{ $amount }</b>. Откройте страницу оплаты и выберите там монету.
send-on-page-until = Счёт на { $for }, до { $until }.
send-over = Срок счёта вышел в { $until }. Если вы уже отправили перевод, деньги придут на баланс.
rest-from-balance = Остальные { $rest } возьмём с баланса.
surplus-to-balance = Лишние { $surplus } останутся на балансе.
part-arrived = Пришло { $arrived } из { $asked }, ждём остальное.
invoice-lapsed = Срок этого счёта вышел, перевода не было. По старому адресу больше не платите. Если уже отправили — деньги придут на баланс.
invoice-coming = Готовим счёт. Адрес появится здесь.
invoice-none = Счёта сейчас нет. Выберите монету, чтобы получить новый.
invoice-locked = Платёжный сервис проверяет перевод. Деньги не потеряны; решает не магазин.
step-wait-payment = ○ Ждём оплату
step-seen = ✓ Платёж виден в сети, { $at }
step-wait-network = ○ Ждём подтверждения сети
step-paid = ✓ Оплачено { $price }, { $at }
step-buying = ○ Покупаем на Fragment
step-bought = ✓ Покупаем на Fragment
step-sending = ○ Отправляем платёж в сеть, { $at }
step-sent-link = ✓ Отправлено, { $at } (<a href="{ $link }">tonviewer ↗</a>)
step-wait-delivery = ○ Ждём доставку
step-delivered = ✓ Доставлено, { $at }
step-returning = ○ Возвращаем { $price } на баланс
step-returned = ✓ { $price } на балансе, { $at }
step-cancelled = ○ Заказ закрыт, { $at }
slow-unsigned = Задерживаемся: Fragment не отвечает магазину. { $price } отложены для вас, владелец уже знает. Подождём?
slow-signed = Платёж уже в сети, отменить его нельзя, потерять тоже. Следим, напишем.
returning-signed = Ждём, пока сеть подтвердит, что прежний платёж не уйдёт. Деньги не потеряны.
cancelled-by-you = Заказ отменён. По старому адресу больше не платите. Если уже отправили — деньги придут на баланс.
cancelled-late = Срок заказа вышел, оплаты не было. Если уже отправили — деньги придут на баланс.
parked = Заказ проверяет человек: { $price } отложены для вас. Ответ до { $until }. Номер <code>{ $number }</code>.
parked-paid = Оплачено в сети, Fragment ещё не показал доставку. Проверяет человек, ответ до { $until }. Номер <code>{ $number }</code>.
parked-overdue = Проверка затянулась. Напишите в поддержку и назовите номер <code>{ $number }</code>.
refunded-because = Не получилось: { $why }.
why-gone = на Fragment больше нет имени { $to }
why-changed = имя { $to } теперь у другого человека
why-premium = у { $to } уже есть Premium
why-cost = цена на Fragment выросла
why-asked = вы попросили вернуть деньги
why-long = ожидание длилось дольше, чем обещают /terms
why-shop = магазин не смог доставить
why-operator = деньги вернула поддержка

## Баланс и пополнение

top-up = На балансе { $balance }. На сколько пополнить? Выберите или напишите сумму от { $least } до { $most }.
top-up-coin = Пополнить на { $amount }. В какой монете?
invoice-title = Пополнение баланса на <b>{ $amount }</b>
invoice-paid = ✓ На баланс пришло { $amount }
invoice-cancelled = Пополнение отменено. По старому адресу больше не платите. Если уже отправили — деньги придут на баланс.
invoice-refused = Платёжный сервис не открыл этот счёт. Попробуйте другую монету или сумму.
balance = Баланс: <b>{ $available }</b>
balance-held = Отложено на заказы и проверки: { $held }
balance-debt = Долг: { $debt }. Следующее пополнение закроет его, и можно будет покупать.
balance-lines = Последние движения:
balance-line = { $at } · { $change } · { $what }
balance-empty = Движений ещё нет.
line-credit = оплата получена
line-reversal = платёж вернулся отправителю
line-lock = отложено на время проверки
line-unlock = проверка закончена
line-refund-hold = отложено для возврата
line-refund-end = возврат закончен
line-hold = заказ
line-release = заказ не удался, деньги вернулись
line-settle = заказ доставлен
line-other = другое
line-adjustment = исправление магазина
line-carried-over = из прежнего магазина

## Списки

orders = Мои заказы:
orders-page = Мои заказы, страница { $page }:
orders-line = <code>{ $number }</code> · { $goods } · { $to } · { $price }
    { $at }: { $state }
orders-empty = Пока пусто. Первые { $goods } — { $price }.
orders-empty-unpriced = Пока пусто.
orders-end = Дальше заказов нет.
where-open = Эти заказы в работе:
where-none = Открытых заказов нет.
where-last = Последний:
where-never = Открытых заказов нет, и прежних тоже.
state-awaiting-payment = ждёт оплаты
state-held = оплачено, покупаем на Fragment
state-returning = возвращаем деньги на баланс
state-paying = платёж за покупку в сети
state-paid = оплачено в сети, ждём доставку
state-delivered = доставлено
state-refunded = не получилось, деньги на балансе
state-cancelled = закрыто без оплаты
state-parked = проверяет человек

## Магазин закрыт и прочее

closed-no-invoices = Новые счета временно недоступны. С баланса покупать можно; отправленные переводы не потеряются.
closed-not-selling = Сейчас звёзды и Premium не продаём, чтобы не брать деньги раньше времени. Сообщить, когда откроемся?
closed-starting = Секунду, магазин запускается. Попробуйте ещё раз.
slow-down = Чуть медленнее: попробуйте через { $for }.
slow-down-little = Чуть медленнее: попробуйте через несколько секунд.
try-again-soon = Новые покупки ненадолго остановлены. Попробуйте через минуту; оплаченные заказы выполняются как обычно.
only-in-private = Покупки — в личном чате: { $link }
only-in-private-nameless = Покупки — в личном чате с этим ботом.
sorry = Не получилось показать ответ. Ничего не куплено и не списано. Попробуйте ещё раз.

## Что только что произошло

note-old-button = Эта кнопка устарела, вот свежая:
note-not-understood = Понимаем текст и кнопки. Например: 100 @masha.
note-not-a-number = Не вышло понять число. Напишите цифрами, например 100.
note-not-months = Premium бывает на 3, 6 или 12 месяцев. Напишите одно из этих чисел.
note-too-many = Максимум { $goods } за раз.
note-above-cap = Столько за один заказ сейчас не продаём. Возьмите меньше или разделите на части.
note-bad-amount = Не вышло понять сумму. Напишите доллары цифрами, например 10 или 10,50.
note-amount-unclear = Здесь тысячи или центы? Напишите сумму целиком, например 1000, или с двумя знаками после запятой, например 10,50.
note-amount-too-fine = В сумме не больше двух знаков после запятой. Например, 10,50.
note-amount-too-small = Минимум { $least }.
note-amount-too-large = Максимум { $most } за раз.
note-bad-name = Это не похоже на @имя. В нём от 4 до 32 латинских букв, цифр и знаков «_».
note-not-found = Не удалось найти { $to }. Проверьте буквы или выберите друга из списка.
note-not-a-person = { $to } — канал, группа или бот. Подарок получает только человек.
note-not-a-person-stars = { $to } — канал, группа или бот. Звёзды получает только человек.
note-not-a-person-premium = { $to } — канал, группа или бот. Premium получает только человек.
note-friend-has-no-name = У вашего друга ({ $name }) нет @имени, а Fragment находит людей по нему. Попросите задать его в настройках Telegram. Потом проверьте снова: выберите ещё раз.
note-friend-nameless = У этого человека нет @имени, а Fragment находит людей по нему. Попросите задать его в настройках Telegram. Потом проверьте снова: выберите ещё раз.
note-friend-write = <a href="{ $link }">Написать ↗</a>
note-cannot-look-up = Fragment сейчас не отвечает, поэтому { $to } не проверить. Попробуйте ещё раз.
note-new-price = Прежняя цена закончилась, вот новая:
note-not-enough = На балансе не хватает { $missing }.
note-debt = За вами долг { $owed }: платёж вернулся отправителю после покупки. Пополните баланс, и можно будет покупать.
note-frozen = Платёжный сервис проверяет ваш перевод. До конца проверки покупки подождут.
note-other-order-open = Другой заказ ждёт оплаты. Сначала оплатите или отмените его: /orders
note-premium-under-way = Premium для этого человека уже в пути.
note-invoice-refused = Платёжный сервис не открыл этот счёт. Попробуйте другую монету.
note-invoice-coming = Счёт готовится, адрес появится здесь.
note-cancelled = Отменено. По старому адресу больше не платите. Если уже отправили — деньги придут на баланс.
note-not-cancelled = Отменить уже нельзя: заказ больше не ждёт оплаты.
note-taken-back = Возвращаем деньги на баланс.
note-too-early = Вернуть деньги можно с { $from }: до этого заказ обычно успевает дойти.
note-already-signed = Платёж уже в сети, отменить его нельзя, потерять тоже. Следим, напишем.
note-wait-on = Хорошо, ждём. Напишем, когда будет готово.
note-keep-looking = Пока не видно. Проверяем каждые 30 с и напишем.
note-try-again = Сейчас не получилось. Попробуйте ещё раз.
note-will-tell = Хорошо, напишем, когда откроемся.
note-language-set = Теперь по-русски.
note-no-such-order = Такого заказа у вас нет.

## Новости: каждая приходит новым сообщением

credited = Оплата { $received } получена: покупаем { $goods } для { $to }.
credited-top-up = Баланс пополнен на { $credited }.
credited-within = Пришло { $received } из { $asked }. Разницу взял на себя магазин, покупаем.
credited-within-top-up = Пришло { $received } из { $asked }. Разницу взял на себя магазин: на балансе { $credited }.
credited-less = Пришло { $received } из { $asked }. Деньги ваши. Что сделать?
credited-less-top-up = Пришло { $received } из { $asked }. Всё, что пришло, на балансе.
credited-more = Пришло { $received }: заказ оплачен, { $surplus } на балансе.
credited-more-top-up = Пришло { $received } вместо { $asked }. На балансе { $credited }.
credited-late = Оплата { $received } пришла после срока счёта; она на вашем балансе. Купить { $goods } для { $to } по новой цене?
credited-late-now = Оплата { $received } пришла после срока счёта; она на вашем балансе. Купить { $goods } для { $to } сейчас за { $price }?
credited-late-top-up = Оплата { $received } пришла после срока счёта; она на вашем балансе.
credited-second = Пришли две оплаты. Одна — за заказ, { $credited } на балансе.
credited-after-cancel = Заказ был отменён, но оплата пришла: { $credited } на балансе.
credited-after-cancel-top-up = Пополнение было отменено, но оплата пришла: { $credited } на балансе.
credited-closed = Заказ уже закрыт, но оплата пришла: { $credited } на балансе.
credited-kept = Оплата { $received } получена, она на вашем балансе: { $credited }.
credited-withheld = { $withheld } сверх лимита магазин отложил до проверки: напишите в поддержку.
credited-dust = { $withheld } — слишком мало для зачисления. Доплатите по тому же счёту или напишите в поддержку.
credited-debt = { $paid } ушло на прежний долг.
locked = Платёжный сервис задержал перевод для проверки. Деньги не потеряны; решает не магазин.
locked-here = Платёжный сервис задержал перевод для проверки. Пройти её можно <a href="{ $link }">здесь ↗</a>. Деньги не потеряны; решает не магазин.
unlocked = Проверка закончена, деньги снова ваши. Можно покупать.
paying-back = Магазин возвращает ваш платёж отправителю: { $amount }. Пока он идёт, эти деньги отложены.
paying-back-failed = Вернуть платёж не получилось: { $amount } снова на балансе.
paid-back = Платёж вернулся отправителю: { $amount }.
paid-back-locked = Платёж вернулся отправителю. Ваш баланс не изменился.
paid-back-debt = На балансе столько не было: { $debt } теперь долг. Следующее пополнение закроет его.
delivered = Готово! { $goods } у { $to }. Заказ <code>{ $number }</code>, { $took } от оплаты до доставки.
delivered-bare = Готово! Заказ доставлен.
refunded = Не получилось: { $why }. { $amount } на балансе.
refunded-bare = Не получилось. { $amount } на балансе.
refunded-asked = Вернули { $amount } на баланс, как вы просили. Заказ <code>{ $number }</code>.
takes-longer = Задерживаемся: Fragment не отвечает магазину. { $price } отложены для вас, владелец уже знает. Подождём?
    Через { $held } деньги вернутся сами. Заказ <code>{ $number }</code>.
takes-longer-bare = Задерживаемся: Fragment не отвечает магазину. Деньги отложены для вас, владелец уже знает. Подождём?
being-checked = Оплачено в сети, Fragment ещё не показал доставку. Проверяет человек, ответ до { $until }. Номер <code>{ $number }</code>.
being-checked-bare = Оплачено в сети, Fragment ещё не показал доставку. Проверяет человек.
open-again = Магазин снова открыт. Что купить?

## Кнопки: до 20 знаков в паре, до 34 в одиночку

key-stars = Звёзды
key-premium = Premium
key-balance = Баланс { $balance }
key-balance-plain = Баланс
key-orders = Мои заказы
key-help = Помощь
key-quantity = { $count } · { $price }
key-other-number = Другое число
key-buy-quantity = Купить { $count }
key-months = { $months } · { $price }
key-me = Себе
key-me-named = Себе, { $to }
key-friend = Другу
key-friend-else = Другой получатель
key-check-again = Проверить снова
key-pick = Выбрать друга
key-cancel-pick = Отмена
key-confirm-named = Это { $name }, купить за { $price }
key-confirm = Купить за { $price }
key-confirm-otherwise = Оплатить другим способом
key-buy-from-balance = Купить с баланса за { $price }
key-from-balance = С баланса ({ $balance })
key-coin = { $currency } · { $network }
key-pay = Оплатить
key-address = Адрес ⧉
key-amount = Сумма ⧉
key-pay-page = Страница оплаты ↗
key-sent = Оплата отправлена
key-other-coin = Другая монета
key-cancel = Отменить
key-take-back = Вернуть на баланс
key-wait = Ждать
key-show-order = Заказ { $number }
key-refresh = Обновить
key-again = Ещё раз
key-try-again = Попробовать снова
key-buy-now = Купить сейчас
key-add = Доплатить { $amount }
key-fewer = { $goods } сейчас
key-keep = Оставить на балансе
key-write-to = Написать { $to } ↗
key-write-to-named = Написать: { $name } ↗
key-write = Написать ↗
key-support = Поддержка ↗
key-top-up = Пополнить
key-where = Где мои звёзды?
key-pay-support = Вопрос об оплате
key-terms = Условия
key-privacy = Ваши данные
key-language = Язык / Language
key-russian = Русский
key-english = English
key-erase = Стереть мои данные
key-erase-now = Стереть
key-tell-me = Сообщить
key-tell-me-works = Сообщить, когда заработает
key-newer = ‹ Новее
key-older = Раньше ›
key-back = ‹ Назад
key-menu = Меню

## Страницы

help = <b>Как это работает</b>
    1. Напишите «100 @имя» или нажмите «Звёзды».
    2. Проверьте имя и фото получателя.
    3. Оплатите с баланса или криптовалютой.
    Доставка обычно занимает 1–3 минуты. Если она не удалась, деньги вернутся на баланс сами.
    Команды: /buy /premium /topup /balance /orders /where
pay-support = <b>Вопрос об оплате</b>
    Перевод виден не сразу: сети нужно время. Мы проверяем его каждые 30 секунд и сами напишем.
    Деньги, которые пришли позже срока, не той суммой или дважды, попадают на баланс.
    Не видно дольше часа? Напишите в поддержку: номер заказа и ссылка на перевод.
    { $support }
terms = <b>Условия, версия { $version }</b>
    Магазин покупает Stars и Premium на fragment.com для человека, которого вы подтвердили на карточке. С Telegram он не связан.
    Цена — на карточке, пока не вышел её срок. Комиссию перевода добавляет ваш кошелёк.
    Доставленное вернуть нельзя. Не доставили — деньги на балансе.
    Пока платёж за покупку не подписан, через { $slow } после оплаты можно забрать деньги на баланс; через { $held } они вернутся сами. Подписанный платёж отменить нельзя.
    Опоздавшие, лишние и недостающие суммы попадают на баланс. Перевод на проверке платёжного сервиса ждёт её конца.
    { $support }
privacy = <b>Ваши данные</b>
    Магазин хранит номер вашего аккаунта Telegram, язык, заказы с именами получателей, счета и движения баланса. Имя и фото получателя видны вам на карточке и хранятся с заказом. Ваших переписок и контактов у магазина нет.
    Платёжный сервис получает только номер счёта; Fragment — @имя получателя.
    Данные можно стереть: кнопка ниже или /erase.
    { $support }
erase = <b>Стереть мои данные</b>
    Исчезнет: связь вашего Telegram с магазином, язык, имена тех, кому вы покупали, место в этом чате. Сообщения о заказах больше не обновляются.
    Останется: заказы с получателем, которого вы подтвердили (@имя, имя, фото), счета и движения денег под номером, который больше не ведёт к вам. Они доказывают, что оплачено и доставлено. Если вы покупали себе, в том заказе остаётся ваше @имя.
    { $kept } хранится метка под ключом: по ней поддержка найдёт ваш запоздавший платёж. В резервных копиях прежнее лежит, пока их не сменят новые.
erase-for-good = Отменить это нельзя. Стереть?
erase-open-order = Пока нельзя: один заказ не завершён. Завершится — и данные можно стереть.
erase-open-invoice = Пока нельзя: один счёт ещё можно оплатить, даже отменённый. Он закроется, когда выйдет указанное в нём время.
erase-open-lock = Пока нельзя: платёжный сервис проверяет ваш перевод.
erase-open-balance = Пока нельзя: на балансе есть деньги. Потратьте их или попросите поддержку вернуть.
erase-open-hold = Пока нельзя: часть ваших денег отложена. Как только это закончится, данные можно стереть.
erase-open-debt = Пока нельзя: есть долг. Его закроет следующее пополнение.
erased = Готово, ваши данные стёрты. Если напишете снова, магазин познакомится с вами заново.
language = Выберите язык. Choose a language.
support-line = Поддержка: { $contact }
support-none = Поддержка — у владельца этого бота.

## Как бот называет себя

bot-about = Telegram Stars и Premium себе или другу: криптовалютой, за 1–3 минуты, с возвратом на баланс, если не получилось.
bot-description = Telegram Stars и Premium — себе или другу. Оплата криптовалютой или с баланса, доставка обычно за 1–3 минуты. Не получится — деньги вернутся на баланс. Нажмите «Запустить» или напишите «100 @имя».
command-start = Главное меню
command-buy = Купить звёзды: /buy 100 @имя
command-premium = Подарить Premium
command-topup = Пополнить баланс: /topup 10
command-balance = Баланс и движения
command-orders = Мои заказы
command-where = Где мои звёзды?
command-help = Как это работает
command-paysupport = Вопрос об оплате
command-terms = Условия
command-privacy = Ваши данные
command-language = Язык / Language

## Для владельца

operator-parked = Заказ { $order } ждёт человека ({ $n }-й раз): { $why }
operator-wallet-stopped = Кошелёк <code>{ $wallet }</code> больше ничего не подписывает ({ $n }-й раз): { $why }
operator-top-up = Кошельку <code>{ $wallet }</code> не хватило TON: платёж { $transfer } на { $amount } не прошёл. Пополните кошелёк.
operator-unexplained = Кошелёк <code>{ $wallet }</code>: транзакцию lt { $lt } не объясняет ни один заказ: { $what }
operator-break = Расхождение ({ $n }-й раз, с { $since }): { $what }
operator-break-over = Книги, цепочка и Fragment снова сходятся. Было: { $what }
operator-break-payment-unexplained = кошелёк <code>{ $wallet }</code> заплатил Fragment { $amount } (lt { $lt }), и ни один заказ этого не подписывал.
operator-break-payment-unexplained-fits = кошелёк <code>{ $wallet }</code> заплатил Fragment { $amount } (lt { $lt }), и книги этого не подписывали. Метка платежа — от заказа { $order }.
operator-break-money-back = { $amount } вернулись от Fragment на кошелёк <code>{ $wallet }</code> (lt { $lt }). Укажите, за какой заказ.
operator-break-payment-missing = по книгам заказ { $order } оплачен (lt { $lt }), а в цепочке такого платежа нет.
operator-break-payment-unbooked = в цепочке есть платёж за заказ { $order } (lt { $lt }), а книги не считают его оплаченным.
operator-break-payment-differs = за заказ { $order } (lt { $lt }) ушло не то, что было подписано.
operator-break-reference-paid-twice = Ref#{ $reference } оплачен дважды: lt { $first } и lt { $second }.
operator-break-order-paid-twice = заказ { $order } оплачен дважды: { $first } и { $second }.
operator-break-delivery-unseen = заказ { $order } оплачен, а в истории Fragment по нему ничего нет.
operator-break-delivery-unproven = заказ { $order } числится доставленным, а в истории Fragment по нему ничего нет.
operator-break-row-unclaimed = в истории Fragment входа { $login } есть покупка, которой не делал ни один заказ: { $row }
operator-break-row-differs = история Fragment показывает по заказу { $order } другое ({ $fields }): { $row }
operator-break-late-delivery = деньги за заказ { $order } возвращены, а товар всё-таки пришёл: { $row }
operator-break-row = { $who }, { $what }, { $price }, { $time }
operator-break-field-recipient = получатель
operator-break-field-goods = товар
operator-break-field-price = цена
operator-float-low = Кошелёк <code>{ $wallet }</code>: свободно { $free }, на ждущие заказы не хватит. Пополните его.
operator-float-ends = Кошелёк <code>{ $wallet }</code>: свободно { $free }, уходит { $per_day } в день, хватит на { $for }. Пополните его.
operator-order-waits = Заказ { $order } оплачен и ждёт дольше обычного, платёж за покупку ещё не подписан. Покупателю об этом сказано. Если ждут и другие, об этом больше не напишем до следующего часа.
operator-login-lost = Вход { $login } на Fragment потерян ({ $n }-й раз): { $why }
operator-login-back = Вход { $login } на Fragment снова работает.
operator-invoice-odd = Счёт { $invoice }: { $what }
operator-orphan = Пришли деньги без счёта в книгах (uuid { $uuid }): { $what }
operator-paused = Продажи остановлены: { $why }
operator-open-again = Продажи идут снова: { $what }
operator-unbalanced = Книги не сходятся: { $usd } микродолларов, { $ton } нано-TON. Продажи остановлены.
operator-undeliverable = Уведомление { $key } не доставить: Telegram отвечает «{ $why }»
operator-shop-new = Магазин новый и продаёт только вам. Запускайте <code>starkeeper check</code>, пока всё не будет в порядке, затем купите здесь 50 звёзд: цену карточка покажет до оплаты. Когда они придут, магазин откроется.
operator-shop-opened = Ваша пробная покупка { $order } доставлена: магазин открыт для всех.
operator-shop-away = Перерыв { $from }–{ $to }, { $orders }
operator-shop-going-on = { $count ->
    [one] продолжен { $shown } заказ
    [few] продолжено { $shown } заказа
   *[other] продолжено { $shown } заказов
}
operator-shop-disk-low = Продажи на паузе: в { $folder } осталось { $free } МиБ, меньше { $least }. Начатые заказы выполняются. Освободите место.
operator-shop-disk-fine = Место на диске снова есть: продажи продолжаются.
operator-shop-log-lost = Журнал не пишется в { $file }: { $why }. Магазин работает дальше без этих строк.
operator-day = День { $day }
operator-day-late = День { $day } (с опозданием)
operator-day-orders = { $count ->
    [one] { $shown } заказ
    [few] { $shown } заказа
   *[other] { $shown } заказов
}
operator-day-sales = Продажи: { $sales }, { $orders }
operator-day-cost = Себестоимость: { $cost } ({ $cost_usd }), комиссии { $fees }, маржа { $margin } при { $rate } за TON
operator-day-cost-alone = Себестоимость: { $cost }, сеть { $network }; курса нет, маржа не посчитана
operator-day-open = Ждут заказов: { $waiting }. На Heleket { $gateway }, в кошельках { $float }

## Пульт владельца

deck-key-home = Пульт
deck-key-look = Посмотреть
deck-key-waits = Что ждёт
deck-key-find = Найти заказ
deck-key-sales = Продажи
deck-key-prices = Цены
deck-key-fix = Назначить цену
deck-key-wallets = Кассы
deck-key-order = Заказ
deck-key-invoice = Счёт
deck-key-nth = № { $n }
deck-key-resume = Продолжить
deck-key-refund = Вернуть деньги
deck-key-deliver = Доставлен, строка { $n }
deck-key-settle = Закрыть
deck-key-give = Отдать { $number }
deck-key-give-to = Отдать заказу
deck-key-pause-all = Остановить всё
deck-key-pause-stars = Остановить звёзды
deck-key-pause-premium = Остановить Premium
deck-key-open = Возобновить продажи
deck-key-yes = Да, выполнить
deck-key-customer = Просьба покупателя
deck-key-checked = Проверено вручную
deck-key-outage = Сбой снаружи
deck-key-cookies = Новые cookie
deck-today = <b>Сегодня до { $time }</b>
deck-health = В пути: { $orders }. Ждут человека: { $parked }. Расхождений: { $breaks }. Странных счетов: { $odd }
deck-shop-open = Магазин продаёт.
deck-shop-closed = Магазин сейчас ничего не продаёт.
deck-stop = С { $since } на паузе { $what }: { $why }
deck-what-all = все продажи
deck-what-stars = звёзды
deck-what-premium = Premium
deck-stop-operator = вручную
deck-stop-books = книги не сходятся
deck-stop-fragment = Fragment не отвечает
deck-stop-login = нет рабочего входа на Fragment
deck-stop-float = мало TON
deck-stopped-by = { $at }, кто: { $who }. Причина: { $reason }
deck-unavailable = { $what }: { $why }
deck-waits = Что ждёт
deck-waits-nothing = Ничего не ждёт: все оплаченные заказы завершены.
deck-waits-line = { $what }: { $count }, старшему { $age }
deck-waits-count = { $what }: { $count }
deck-nothing = { $what }: больше ничего.
deck-state-parked = Ждут человека
deck-state-held = Оплачены, в очереди
deck-state-linked = Ссылка получена
deck-state-paying = Платёж подписан
deck-state-paid = Ждём товар
deck-finished = Завершён
deck-unpaid = Не оплачены
deck-breaks = Расхождения
deck-odd = Странные счета
deck-found = Найдено
deck-row = <code>{ $number }</code> · { $goods } для { $to }, { $price }, { $age }
deck-numbered = { $n }. { $what } ({ $age })
deck-break = Расхождение с { $since }: { $what }
deck-order = Заказ <code>{ $number }</code> ({ $id })
    { $goods } для { $to }, { $price }. Покупатель <code>{ $user }</code>
deck-order-state = { $state }. Создан { $since }, возраст: { $age }
deck-order-why = Почему: { $why }
deck-order-nothing = В этом состоянии вручную ничего не сделать.
deck-transfer = Платёж № { $seqno }, подписан { $at }: { $state }
deck-transfer-paid = <a href="{ $link }">оплачен</a>
deck-transfer-unpaid = не оплачен
deck-invoice = Счёт { $invoice } (<code>{ $name }</code>) на { $amount }, открыт { $at }. Зачислено: { $credited }
deck-prices = <b>Цены, как в настройках</b>
deck-prices-by-hand = <b>Цены, заданы вручную { $at }</b>
deck-price = { $what }: { $value }
deck-price-none = нет
deck-price-tier = От { $count } звёзд
deck-price-premium = Наценка Premium
deck-price-floor = Наименьшая наценка
deck-price-fixed = Цена за { $goods }
deck-goods = Чему назначить свою цену? Выберите или напишите число звёзд либо «premium 6».
deck-write-percent = Напишите новый процент, например 12,5
deck-write-dollars = Напишите новую цену в долларах; 0 — убрать её
deck-wallet = <b>{ $login }</b>: свободно { $free }
deck-wallet-rate = В день уходит { $per_day }, хватит на { $for }
deck-wallet-stopped = Больше ничего не подписывает, пока не поможет человек. Причина: { $why }.
deck-wallet-login = Вход на Fragment не работает.
deck-wallets-none = У этого процесса нет кассы.
deck-top-up = Для пополнения отправьте TON сюда:
    <code>{ $address }</code>
deck-find = Какой заказ? Напишите его номер, Telegram id покупателя, счёт, метку платежа или хеш.
deck-taker = Какому заказу отдать эту строку истории? Напишите его номер, Telegram id покупателя, счёт, метку платежа или хеш.
deck-none-found = Такого заказа нет. Проверьте и напишите иначе: номер, Telegram id покупателя, счёт, метку платежа или хеш.
deck-why = { $what }
    Почему? Выберите или напишите: причина останется в журнале действий.
deck-sure = Точно?
deck-reason = Причина: { $reason }
deck-change = { $goods }: { $before } → { $after }
deck-wish-resume = Заказ { $order } пойдёт дальше с того места, где остановился. После платежа это значит только наблюдать.
deck-wish-refund = Деньги за заказ { $order } вернутся на баланс покупателя.
deck-wish-deliver = Заказ { $order } будет считаться доставленным по выбранной строке истории Fragment.
deck-wish-settle = Расхождение закроется навсегда, что бы ни нашли следующие проверки.
deck-wish-give = Заказ { $order } получит эту строку истории Fragment, и ни один другой её не возьмёт. Расхождение закроется навсегда.
deck-wish-pause = На паузу: { $what }. Купленное будет доставлено.
deck-wish-open = Остановленное вручную снова в продаже.
deck-wish-price = { $what }, новое значение: { $value }
deck-cookies = Пришлите cookie входа { $login } с fragment.com одним сообщением. Оно сразу удаляется, а новые cookie сначала проверяются и только потом заменяют старые.
deck-trying = Проверяем cookie входа { $login } …
deck-not-there = Этого уже нет.
deck-unread = Книги сейчас не читаются. Посмотрите ещё раз через минуту.
deck-note-done = Сделано.
deck-note-cookies-taken = Новые cookie работают.
deck-note-changed = Не сделано: за это время всё изменилось. Вот как сейчас.
deck-note-before = Не сделано: это уже сделано раньше, или кто-то успел быстрее.
deck-note-elsewhere = Не сделано: эту кассу ведёт другой процесс. Попробуйте через минуту.
deck-note-not-now = Сейчас не сделано. Попробуйте ещё раз через минуту.
deck-note-unsure = Пока неизвестно, сделано ли это. Сначала посмотрите, потом пробуйте снова.
deck-note-rule = Не сделано: { $why }
deck-rule-state = в этом состоянии заказа так нельзя (правило 20). Откройте заказ: его кнопки — то, что можно сейчас.
deck-rule-signed = подписанный платёж ещё может уйти (правило 3). Подождите: магазин следит за сетью и продолжит без вас.
deck-rule-not-explained = история кошелька ещё не объяснена (правило 2). Повторите через минуту; если не помогло, посмотрите расхождения.
deck-rule-second-person = после платежа решают двое (правило 20). Пусть другой оператор нажмёт то же самое в течение 24 часов.
deck-rule-silent-history = после платежа нужно 24 часа молчания в истории Fragment (правило 20). Повторите после этого.
deck-rule-row-taken = эта строка истории Fragment принадлежит другому заказу (правило 9). Выберите другую строку.
deck-rule-no-row = в этом расхождении нет строки истории Fragment, отдать заказу нечего. Закройте его без заказа.
deck-rule-no-reason = не указана причина, без неё в журнал не записать. Начните заново и напишите её.
deck-rule-too-little = баланс не бывает меньше нуля, а на этом столько нет. Возьмите не больше, чем есть.
deck-rule-frozen = платёж этого клиента задержан для проверки (правило 17). Дождитесь её конца.
deck-rule-debt = за этим клиентом долг (правило 17). Его погасит следующее пополнение; потом повторите.
deck-rule-other-order = другой заказ этого клиента ждёт оплаты (правило 12). Сначала его оплатят или отменят.
deck-rule-wallet-works = объяснять есть что только у остановленного кошелька, а этот работает.
deck-rule-prices = такие цены не сочетаются (правило 22).
deck-rule-no-cookies = здесь нет cookie с fragment.com. Скопируйте stel_ssid, stel_dt и stel_token.
deck-rule-logged-out = с этими cookie вход не выполнен; прежние остались. Войдите на fragment.com и скопируйте заново.
deck-rule-identity = Fragment просит проверку личности; прежние cookie остались. Пройдите её на fragment.com и пришлите снова.
deck-rule-gone = этого больше нет. Посмотрите ещё раз.
deck-rule-books = книги не разрешают этого сами; ничего не изменено. Правило названо в журнале работы.
deck-wrong-no-tiers = Нужна хотя бы одна наценка на звёзды.
deck-wrong-rows = { $rows } строк — слишком много: сначала уберите лишние.
deck-wrong-first-tier = Первая наценка начинается с { $from } звёзд, а нужно — с наименьшего заказа.
deck-wrong-order = Наценка от { $from } звёзд стоит после наценки от { $previous }.
deck-wrong-markup = { $what }: { $value }. Можно от { $floor } до { $most }; чтобы меньше, сначала снизьте наименьшую наценку.
deck-wrong-floor = Наименьшая наценка: { $value }. Ниже { $least } магазин может терять деньги.
deck-wrong-cents = { $goods } за { $price }: напишите доллары и целые центы, например 12,50.
deck-wrong-behind = { $goods } за { $price }: себестоимость сейчас { $cost }, с наименьшей наценкой { $least }. Напишите { $least } или больше.
deck-wrong-twice = { $goods }: две фиксированные цены. Уберите одну.
deck-wrong-falls = { $more } стоило бы дешевле, чем { $less }. Сначала измените другую фиксированную цену.
deck-wrong-settings = С ними спорят настройки: starkeeper config покажет какие.
deck-note-bad-goods = Такого здесь не продают. Напишите число звёзд или «premium 6».
deck-note-bad-number = Это не процент. Напишите, например, 12 или 12,5.
deck-note-bad-reason = В причине от 3 до 500 знаков.

## Причины, как их читает владелец. Чужие слова стоят в <code>

park-fragment-says = Fragment отказывает словами, которых магазин не знает: <code>{ $text }</code>
park-no-key = ключа кошелька <code>{ $wallet }</code> здесь нет
park-signer-rule = правило у самого ключа не разрешает подпись: <code>{ $text }</code>
park-history = в истории кошелька есть транзакция, которую книги не объясняют
park-assigned = платёж (lt { $lt }) отнесён к заказу вручную
park-unseen = оплачено в сети, доставку не видно
park-sent-back = Fragment вернул TON (lt { $lt })
chain-sent-other = в транзакции lt { $lt } ушло не то, что было подписано
chain-failed = транзакция lt { $lt } не удалась и израсходовала номер { $seqno }
chain-not-ours = номер { $seqno } кошелька <code>{ $wallet }</code> израсходован чужим сообщением: этим ключом подписывает кто-то ещё
link-payer = ссылка для другого плательщика: <code>{ $wallet }</code>
link-messages = сообщений в ссылке: { $count }, а должно быть одно
link-state-init = в ссылке лежит код контракта, его быть не должно
link-destination = ссылка платит на незнакомый адрес <code>{ $wallet }</code>
link-amount = ссылка просит { $amount }, а при открытии покупки названо { $limit }
link-nothing = ссылка просит { $amount }, а должно быть больше нуля
link-cap = ссылка просит { $amount }, больше предела одного заказа { $limit }
link-comment = примечание ссылки не об этом заказе: <code>{ $text }</code>
link-no-reference = в примечании ссылки нет метки платежа: <code>{ $text }</code>
link-late = ссылка действует слишком недолго, до { $until }
link-recipient = ссылка для другого получателя, не для подтверждённого
stop-unpaid = два платежа подряд сеть приняла, но они не прошли; пополните кошелёк
stop-ahead = в сети уже номер { $shown }, а в книгах { $books }: этим ключом подписывает кто-то ещё, или книги старые
stop-unexplained = в кошельке <code>{ $wallet }</code> есть транзакция, которую никто не может объяснить
strange-by-hand = отправлено вручную, сообщений: { $count }
strange-hand-while-paying = кошельком пользовались вручную, пока оплачивался заказ
strange-seqno = в сети номер { $shown }, а объяснённая история кончается на { $explained }
strange-unsigned = платёж на Fragment, которого книги не подписывали
strange-reference = платёж, которого книги не подписывали, с меткой <code>Ref#{ $text }</code>
strange-reference-fits = платёж, которого книги не подписывали, с меткой <code>Ref#{ $text }</code> от заказа { $order }
strange-came-back = { $amount } вернулись от Fragment
orphan-of-customer = статус <code>{ $status }</code>, сумма счёта <code>{ $amount }</code>, имя счёта <code>{ $id }</code>, счёт для клиента <code>{ $customer }</code>
orphan-of-nobody = статус <code>{ $status }</code>, сумма счёта <code>{ $amount }</code>, имя счёта <code>{ $id }</code>, для кого — неизвестно
odd-other-uuid = пришёл отчёт о другом счёте, uuid <code>{ $text }</code>
odd-other-order-id = в отчёте другое имя счёта: <code>{ $text }</code>
odd-other-currency = отчёт не в долларах: <code>{ $text }</code>
odd-other-face = в отчёте другая сумма счёта: { $amount }
odd-not-new = вместо нового счёта платёжный сервис вернул другое: <code>{ $text }</code>
odd-vanished = платёжный сервис больше не знает этого счёта
odd-not-final = статус <code>{ $text }</code> ещё не окончательный; не зачислено
odd-unvalued = статус <code>{ $text }</code> без понятной суммы; не зачислено
odd-less-due = положено { $amount }, зачислено { $recorded }; ничего не списано
odd-went-back = статус <code>{ $text }</code> после зачисления; ничего не списано
odd-failed = платёж кончился статусом <code>{ $text }</code>
odd-withheld = { $amount } отложено до проверки
odd-locked = платёж задержан для проверки ({ $n }-й раз)
odd-foreign-refund = идёт возврат, которого здесь не заказывали
odd-left-debt = платёж вернулся отправителю, { $amount } стало долгом
odd-refund-uncredited = вернулся платёж, который не зачисляли
odd-paid-after-refund = статус <code>{ $text }</code> после возврата платежа; не зачислено
odd-refunded-again = платёж вернулся ещё раз, после нашего возврата
odd-refund-failed = возврат не прошёл: <code>{ $text }</code>
odd-refund-in-doubt = на возврат нет ответа, деньги пока отложены
odd-unknown-status = незнакомый статус <code>{ $text }</code>
odd-more = странного слишком много, дальше не перечисляем
price-of-rate = курс TON
price-of-stars = цена звёзд на Fragment
price-of-premium = цена на Fragment ({ $goods })
price-never-seen = { $what }: пока ничего не известно
price-too-old = { $what }: последнее известие от <code>{ $by }</code>, ему { $age }, а можно не больше { $limit } (свежих источников { $fresh } из { $needed })
price-few-sources = { $what }: источников { $fresh }, а нужно { $needed }
price-future = { $what }: известие от <code>{ $by }</code> пришло из будущего, на { $age } вперёд: часы расходятся
price-apart = { $what }: <code>{ $low }</code> и <code>{ $high }</code> расходятся на { $apart }, можно на { $limit }
price-stopped = на паузе: { $why }
price-below = своя цена { $amount } стала ниже { $limit }, дешевле не продаём
price-cap = себестоимость до { $amount }, больше предела одного заказа { $limit }
price-arithmetic = цену не посчитать: число не помещается
needs-telegram-login = войдите на fragment.com в браузере и пришлите новые cookie: /admin, «Кассы»
needs-identity = пройдите проверку личности на fragment.com/kyc/account
needs-wallet-proof = Fragment не принимает подпись кошелька: проверьте кошелёк на fragment.com
deck-odd-line = Странно: { $what }
