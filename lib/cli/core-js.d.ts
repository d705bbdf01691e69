/** It changes what JavaScript has, and exports nothing that is used. */
declare module 'core-js/*';
