/** The commit that the page was built from, short, '' where there was no git; put in by demo/vite.config.ts. */
declare const BUILD_COMMIT: string;
