/** Waiting for what a component shows ends when it is there; this is only how long it may hang. */
import { configure } from '@testing-library/dom';

configure({ asyncUtilTimeout: 20_000 });
