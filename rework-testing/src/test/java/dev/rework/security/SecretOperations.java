package dev.rework.security;

import dev.rework.Operation;
import dev.rework.Secret;
import dev.rework.TaskContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Operations that are given secrets. */
public final class SecretOperations {

    private SecretOperations() {}

    // begin declared
    public record Login(String user, @Secret String password) {}

    @Operation
    public static String sign_in(Login login) {
        return login.user() + " signed in with " + login.password().length() + " characters";
    }
    // end declared

    public record Access(String site, Login login, @Secret List<String> tokens) {}

    /** Says what it was given without saying it. */
    @Operation
    public static String digest_secrets(Access access) throws Exception {
        String all = access.login().password() + String.join("", access.tokens());
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8)));
    }

    /** Says it in every way there is. */
    @Operation
    public static Map<String, String> babble(Login login, TaskContext task) throws IOException, InterruptedException {
        String secret = login.password();
        System.out.println("printed " + secret);
        System.out.print("in two " + secret.substring(0, 4));
        System.out.flush();
        System.out.println(secret.substring(4));
        System.err.println("base64 " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
        System.getLogger("babble").log(System.Logger.Level.WARNING, "logged " + secret);
        task.progress(1, 2, "at " + secret);
        Process child = new ProcessBuilder("sh", "-c", "read x; echo \"child says $x\"")
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        child.outputWriter().append(secret).append('\n').close();
        child.waitFor();
        if (login.user().equals("failing")) {
            throw new IllegalStateException("refused " + secret, new IllegalArgumentException(secret));
        }
        return Map.of("echo", "it was " + secret);
    }

    /** Hands it on to a child. */
    @Operation
    public static String hand_on(Login login, TaskContext task) {
        return task.rework().schedule("sign_in", login, String.class).join().output();
    }
}
