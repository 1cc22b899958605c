// What comes first: an interpreter is started while the rest of the page is still on its way.

import { home } from "./home";
import { Interpreter } from "./worker/client";

/** Where the page is, with that interpreter. */
export const start = home(document.baseURI);
start.first = new Interpreter(start);
