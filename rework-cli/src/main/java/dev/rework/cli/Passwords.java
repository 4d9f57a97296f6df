package dev.rework.cli;

import java.util.regex.Pattern;

/**
 * What is quoted of a command line may be an address that stands in the wrong place: its password is not repeated. Errors that
 * show how to write one do so with {@code password}.
 */
final class Passwords {
    private static final Pattern OF_USER = Pattern.compile("(\\w:/{1,2}[^\\s:/@`'\"]*):(?!password@)[^\\s`'\"]*@");
    private static final Pattern WITHOUT_SCHEME = Pattern.compile("(`[^\\s:/@`'\"]+):[^\\s`'\"]+@(?=[^\\s`'\"]*`)");
    private static final Pattern PARAMETER =
            Pattern.compile("([?&](?:ssl)?password=)[^&\\s`'\"]+", Pattern.CASE_INSENSITIVE);

    private Passwords() {}

    static String hidden(String text) {
        String hidden = OF_USER.matcher(text).replaceAll("$1:***@");
        hidden = WITHOUT_SCHEME.matcher(hidden).replaceAll("$1:***@");
        return PARAMETER.matcher(hidden).replaceAll("$1***");
    }
}
