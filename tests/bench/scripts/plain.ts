import { addButton, anchor } from './button.ts';

const title = document.querySelector(anchor);
if (title) addButton(title);
