package dev.rework.cli;

import dev.rework.internal.DatabaseAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/**
 * A verb on a database. Its words are the database, which may be left out, and what it {@link #needs}: the first word is
 * the database when it looks like an address or when there is one word more than needed.
 */
public abstract class DatabaseCommand extends CliCommand {
    @Parameters(arity = "0..*", hidden = true)
    List<String> words = new ArrayList<>();

    private @Nullable String given;

    /** The labels of the words it needs after the database, in order. */
    protected List<String> needs() {
        return List.of();
    }

    /** Does the work on the database, which is closed afterwards. */
    protected abstract ExitCode perform(Database database) throws Exception;

    @Override
    protected final ExitCode perform() throws Exception {
        settleWords();
        try (Database database = new Database(given, rework().shell())) {
            ExitCode code = perform(database);
            if (code == ExitCode.DONE && isBrief()) {
                StartArchive.offer(database.address());
            }
            return code;
        }
    }

    /** Whether it ends soon: then a background process may make later starts faster. */
    boolean isBrief() {
        return true;
    }

    /** The word in a needed place. */
    protected final String word(int place) {
        return words.get(place);
    }

    /** The number in a needed place. */
    protected final long id(int place) {
        String word = word(place);
        try {
            long id = Long.parseLong(word);
            if (id > 0) {
                return id;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new Refusal(ExitCode.USAGE, needs().get(place) + " must be a number above 0, not `" + word + "`");
    }

    private void settleWords() {
        int needed = needs().size();
        boolean leads = !words.isEmpty() && (words.size() > needed || DatabaseAddress.looksLikeOne(words.get(0)));
        given = rework().database;
        if (leads) {
            String first = words.remove(0);
            if (words.size() > needed) {
                throw usage("does not take so many words");
            }
            if (!DatabaseAddress.looksLikeOne(first)) {
                throw usage("takes a database in front, and `" + first
                        + "` is neither an address (postgres://…) nor a name of rework.cfg");
            }
            if (given != null) {
                throw usage("was given two databases: --db and the first word");
            }
            given = first;
        }
        if (words.size() < needed) {
            throw usage("needs " + String.join(" and ", needs().subList(words.size(), needed)));
        }
    }

    private Refusal usage(String what) {
        return new Refusal(ExitCode.USAGE, spec().name() + " " + what, "usage: " + synopsis(spec().name()));
    }

    final String synopsis(String name) {
        StringBuilder synopsis = new StringBuilder("rework ").append(name).append(" [DB]");
        needs().forEach(need -> synopsis.append(' ').append(need));
        return synopsis.append(" [OPTIONS]").toString();
    }
}
