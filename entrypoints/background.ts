import { browser } from 'wxt/browser';
import { defineBackground } from 'wxt/utils/define-background';
import { takeOver } from '../lib/browser/grants.ts';
import { launchAlarm, tellLaunches } from '../lib/browser/launches.ts';
import { publish } from '../lib/browser/publish.ts';
import { refreshPolicy, start } from '../lib/browser/store.ts';
import { guardVault } from '../lib/browser/vault.ts';
import { answer } from '../lib/browser/worker.ts';
import { numberIn } from '../lib/view.ts';

export default defineBackground(() => {
  browser.runtime.onMessage.addListener((message: unknown, sender, respond) => {
    void answer(message, sender).then(respond);
    return true;
  });
  // That somebody listens is enough: the browser starts the worker with itself, and its start makes hours anew.
  browser.runtime.onStartup.addListener(() => {});
  browser.permissions.onAdded.addListener(() => void publish());
  browser.permissions.onRemoved.addListener(() => void publish());
  browser.storage.onChanged.addListener((_, area) => {
    if (area === 'managed') void refreshPolicy();
  });
  const page = (query: Record<string, string>) => browser.runtime.getURL(`/popup.html?${new URLSearchParams(query)}`);
  browser.contextMenus.onClicked.addListener(({ selectionText }, tab) => {
    // A selected number is what the person means, on the desk of this page; without one it is the case of this page.
    const number = selectionText && numberIn(selectionText);
    void browser.tabs.create({ url: page({ tab: String(tab?.id ?? -1), ...(number ? { number } : {}) }) });
  });
  browser.omnibox.onInputEntered.addListener((text) => {
    const number = numberIn(text);
    if (number) void browser.tabs.update({ url: page({ number }) });
  });
  browser.runtime.onInstalled.addListener(({ reason }) => {
    // An update may find the menu of the version before.
    void browser.contextMenus.removeAll().then(() =>
      browser.contextMenus.create({
        id: 'call',
        title: browser.i18n.getMessage('menu'),
        contexts: ['page', 'selection', 'link'],
        documentUrlPatterns: ['https://*/*', 'http://*/*'],
      }),
    );
    if (reason !== 'install') void publish().then(takeOver);
    // A build for one organisation has its settings and may read its desks: nobody has to do anything.
    else if (!import.meta.env.WXT_FLEET) void browser.runtime.openOptionsPage();
  });
  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name === launchAlarm) void tellLaunches();
  });
  void guardVault();
  void start().then(tellLaunches);
});
