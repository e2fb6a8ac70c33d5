import './shell/nonce.js';
