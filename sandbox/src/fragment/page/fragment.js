'use strict';
/* The page's own script. Beware: a wallet that this browser did not connect itself is logged out
   as soon as the page has looked for its own connection (Wallet.checkWallet). */

var Aj = { state: {}, apiUrl: '' };

function ajInit(options) {
  Aj.version = options.version;
  Aj.apiUrl = options.apiUrl;
  Aj.state = options.state;
  document.cookie = 'stel_dt=' + new Date().getTimezoneOffset() + '; path=/; max-age=31536000; samesite=lax';
}

Aj.apiRequest = function (method, fields) {
  var body = new URLSearchParams(Object.assign({}, fields, { method: method }));
  return fetch(Aj.apiUrl, {
    method: 'POST',
    headers: { 'X-Requested-With': 'XMLHttpRequest' },
    body: body
  }).then(function (answer) {
    if (!answer.ok) throw new Error('The server does not answer (' + answer.status + ').');
    return answer.json();
  });
};

function showAlert(text) {
  var box = document.querySelector('.alert-popup-container');
  box.querySelector('.popup-text').textContent = text;
  box.hidden = false;
  clearTimeout(showAlert.timer);
  showAlert.timer = setTimeout(function () { box.hidden = true; }, 5000);
}

var Wallet = {
  /* Where TonConnect keeps the connection of this browser. */
  KEY: 'ton-connect-storage_bridge-connection',
  CHECK_MS: 400,

  init: function (options) {
    Wallet.options = options;
    var start = function () { setTimeout(Wallet.checkWallet, Wallet.CHECK_MS); };
    if (document.readyState === 'complete') start(); else window.addEventListener('load', start);
    Wallet.bind('.ton-auth-link', function () {
      showAlert('No wallet is installed in this browser: a shop connects its own by proof.');
    });
    Wallet.bind('.ton-logout-link', Wallet.logOut);
    Wallet.bind('.logout-link', function () {
      Aj.apiRequest('logOut', {}).then(function () { location.reload(); });
    });
  },

  bind: function (selector, act) {
    var link = document.querySelector(selector);
    if (link) link.addEventListener('click', act);
  },

  /* The address that this browser's TonConnect restored, if it has a connection at all. */
  localAddress: function () {
    try {
      var kept = JSON.parse(localStorage.getItem(Wallet.KEY));
      var items = kept.connectEvent.payload.items;
      return items.find(function (item) { return item.name === 'ton_addr'; }).address;
    } catch (nothing) {
      return null;
    }
  },

  checkWallet: function () {
    var server = Wallet.options.address;
    Wallet.isChecked = true;
    if (!server || server === Wallet.localAddress()) return;
    localStorage.removeItem(Wallet.KEY);
    Wallet.logOut();
  },

  logOut: function () {
    return Aj.apiRequest('tonLogOut', {}).then(function () { location.reload(); });
  }
};

var Shop = {
  KINDS: {
    stars: {
      form: '.js-stars-form', field: '.js-stars-search-field', content: '.js-stars-content', popup: 'buy-stars',
      state: 'updateStarsBuyState', search: 'searchStarsRecipient', init: 'initBuyStarsRequest',
      link: 'getBuyStarsLink', repeat: 'repeatStars', again: '.js-more-stars-btn', goods: 'quantity'
    },
    premium: {
      form: '.js-premium-form', field: '.js-premium-search-field', content: '.js-premium-content', popup: 'gift-premium',
      state: 'updatePremiumState', search: 'searchPremiumGiftRecipient', init: 'initGiftPremiumRequest',
      link: 'getGiftPremiumLink', repeat: 'repeatPremium', again: '.js-another-gift-btn', goods: 'months'
    }
  },

  init: function (kind) {
    Shop.kind = Shop.KINDS[kind];
    Shop.mode = Aj.state.mode;
    var popup = Shop.popup();
    popup.querySelector('form').addEventListener('submit', Shop.pay);
    popup.querySelector('.js-popup-close').addEventListener('click', function () { popup.hidden = true; });
    Shop.bind();
    Shop.poll();
  },

  popup: function () { return document.querySelector('.js-' + Shop.kind.popup + '-popup'); },

  bind: function () {
    var again = document.querySelector(Shop.kind.again);
    if (again) again.addEventListener('click', function () {
      Aj.apiRequest(Shop.kind.repeat, {}).then(function () { location.reload(); });
    });
    var form = document.querySelector(Shop.kind.form);
    if (!form) return;
    form.addEventListener('submit', Shop.submit);
    form.elements.query.addEventListener('change', Shop.search);
    form.querySelector('.js-form-clear').addEventListener('click', function () {
      form.elements.query.value = '';
      Shop.found(null);
    });
    if (!form.elements.quantity) return;
    form.elements.quantity.addEventListener('input', Shop.price);
    form.querySelector('.js-more-options').addEventListener('click', function () {
      form.querySelector('.js-stars-options').classList.add('open');
    });
    form.querySelector('.js-quantity-clear').addEventListener('click', function () {
      form.elements.quantity.value = '';
      form.elements.quantity.focus();
    });
    form.addEventListener('change', function (event) {
      if (event.target.name !== 'stars') return;
      form.elements.quantity.value = event.target.value;
      Shop.price();
    });
  },

  /* Asks what the page shows, for as long as it is open. */
  poll: function () {
    var fields = { mode: Shop.mode, lv: String(Aj.state.lastVer), dh: String(Aj.state.lastDh) };
    Aj.apiRequest(Shop.kind.state, fields).then(function (answer) {
      if (answer.mode && answer.mode !== Shop.mode && answer.html) {
        Shop.mode = answer.mode;
        document.querySelector(Shop.kind.content).innerHTML = answer.html;
        Shop.bind();
      }
      if (answer.lv !== undefined) Aj.state.lastVer = answer.lv;
      if (answer.dh !== undefined) Aj.state.lastDh = answer.dh;
    }).catch(function () { /* asked again soon */ }).then(function () {
      setTimeout(Shop.poll, document.hasFocus() ? 1200 : 5000);
    });
  },

  found: function (person, error) {
    var form = document.querySelector(Shop.kind.form);
    var field = form.querySelector(Shop.kind.field);
    field.classList.remove('loading');
    field.classList.toggle('found', !!person);
    field.classList.toggle('error', !!error);
    form.elements.recipient.value = person ? person.recipient : '';
    form.querySelector('.js-search-field-error').textContent = error || '';
    form.querySelector('.js-found').innerHTML = person ? person.photo + '<b>' + person.name + '</b>' : '';
  },

  search: function () {
    var form = document.querySelector(Shop.kind.form);
    var fields = { query: form.elements.query.value };
    fields[Shop.kind.goods] = form.elements[Shop.kind.goods].value;
    form.querySelector(Shop.kind.field).classList.add('loading');
    return Aj.apiRequest(Shop.kind.search, fields).then(function (answer) {
      Shop.found(answer.found, answer.error);
    }).catch(function (why) { Shop.found(null, why.message); });
  },

  price: function () {
    var form = document.querySelector(Shop.kind.form);
    var error = form.querySelector('.js-quantity-field-error');
    Aj.apiRequest('updateStarsPrices', { stars: '', quantity: form.elements.quantity.value }).then(function (answer) {
      error.textContent = answer.error ? 'Choose a number from 50 to 10,000,000.' : '';
      if (answer.cur_price) form.querySelector('.js-cur-price').innerHTML = answer.cur_price;
    }).catch(function (why) { error.textContent = why.message; });
  },

  submit: function (event) {
    event.preventDefault();
    var form = event.target;
    var ready = form.elements.recipient.value ? Promise.resolve() : Shop.search();
    ready.then(function () {
      if (!form.elements.recipient.value) return;
      var fields = { recipient: form.elements.recipient.value, payment_method: 'ton' };
      fields[Shop.kind.goods] = form.elements[Shop.kind.goods].value;
      return Aj.apiRequest(Shop.kind.init, fields).then(function (answer) {
        if (answer.need_ton) return showAlert('Connect a TON wallet first.');
        if (answer.error) return showAlert(answer.error);
        var popup = Shop.popup();
        popup.querySelector('[name=id]').value = answer.req_id;
        popup.querySelector('.js-' + Shop.kind.popup + '-content').innerHTML = answer.content;
        popup.querySelector('.js-' + Shop.kind.popup + '-button').textContent = answer.button;
        popup.hidden = false;
      });
    }).catch(function (why) { showAlert(why.message); });
  },

  pay: function (event) {
    event.preventDefault();
    var form = event.target;
    var fields = { id: form.elements.id.value, show_sender: form.elements.show_sender.checked ? 1 : 0, transaction: 1 };
    Aj.apiRequest(Shop.kind.link, fields).then(function (answer) {
      if (answer.need_verify) return showAlert('Fragment asks who you are before it sells.');
      showAlert(answer.error || 'No wallet is installed in this browser: the payment waits for one.');
    }).catch(function (why) { showAlert(why.message); });
  }
};
