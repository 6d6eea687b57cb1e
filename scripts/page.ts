/** A saved page as a document, without a browser: nothing in it runs and nothing is fetched. */
import { Window } from 'happy-dom';

/**
 * @param url the page's own address
 * @returns the document, and `close` to be called when it has been read
 */
export function parsePage(url: string, html: string): { document: Document; close: () => Promise<void> } {
  const window = new Window({
    url,
    settings: {
      enableJavaScriptEvaluation: false,
      disableJavaScriptFileLoading: true,
      disableIframePageLoading: true,
      handleDisabledFileLoadingAsSuccess: true,
    },
  });
  const document = new window.DOMParser().parseFromString(html, 'text/html') as unknown as Document;
  choose(document);
  attachShadowRoots(document);
  return { document, close: () => window.happyDOM.close() };
}

/** Declarative shadow roots, which only browsers attach: `<template shadowrootmode="open">` in its host. */
export function attachShadowRoots(root: ParentNode): void {
  for (const template of root.querySelectorAll<HTMLTemplateElement>('template[shadowrootmode]')) {
    const mode = template.getAttribute('shadowrootmode');
    const host = template.parentElement;
    if (!host || (mode !== 'open' && mode !== 'closed')) continue;
    let shadow: ShadowRoot;
    try {
      shadow = host.attachShadow({ mode });
    } catch {
      continue; // An element that can have none, or has one: it stays a template, as in browsers.
    }
    shadow.append(template.content);
    template.remove();
    choose(shadow);
    attachShadowRoots(shadow);
  }
}

/** Takes what the page says is chosen: happy-dom 21 takes the second option of a list where a later one is. */
function choose(root: ParentNode): void {
  for (const option of root.querySelectorAll<HTMLOptionElement>('option[selected]')) option.selected = true;
}
