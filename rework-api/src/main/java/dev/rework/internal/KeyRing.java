package dev.rework.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys of {@link dev.rework.Secret} values: the last one seals, all of them open. AES-256-GCM with a random nonce; what a
 * value was sealed for is authenticated with it, so that it opens nowhere else. Immutable.
 */
public final class KeyRing {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final String VERSION = "1";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<Key> keys;

    private KeyRing(List<Key> keys) {
        this.keys = List.copyOf(keys);
    }

    private record Key(String id, byte[] bytes) {
        static Key of(byte[] bytes) throws GeneralSecurityException {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Key(HexFormat.of().formatHex(digest, 0, 4), bytes);
        }

        SecretKeySpec forCipher() {
            return new SecretKeySpec(bytes, "AES");
        }
    }

    /**
     * Of a text: each line, or each part between commas, is 32 bytes in base64; what begins with # is passed over.
     *
     * @throws IllegalArgumentException when it holds anything else, which is not quoted
     */
    public static KeyRing parse(String text) {
        List<Key> keys = new ArrayList<>();
        for (String part : text.split("[\\r\\n,]+")) {
            String word = part.strip();
            if (!word.isEmpty() && !word.startsWith("#")) {
                keys.add(key(word, keys.size() + 1));
            }
        }
        return new KeyRing(keys);
    }

    private static Key key(String word, int number) {
        String wrong = "key " + number + " is not 32 bytes in base64 (openssl rand -base64 32 makes one)";
        try {
            byte[] bytes = Base64.getDecoder().decode(word);
            if (bytes.length == KEY_BYTES) {
                return Key.of(bytes);
            }
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new IllegalArgumentException(wrong);
        }
        throw new IllegalArgumentException(wrong);
    }

    /** A new key, as a line for {@link #parse}. */
    public static String newKey() {
        byte[] bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** Whether nothing can be sealed. */
    public boolean isEmpty() {
        return keys.isEmpty();
    }

    /** Names of the keys, oldest first; they tell nothing about them. */
    public List<String> ids() {
        return keys.stream().map(Key::id).toList();
    }

    /** The keys as {@link #parse} takes them, on one line. */
    String text() {
        return String.join(
                ",",
                keys.stream()
                        .map(key -> Base64.getEncoder().encodeToString(key.bytes))
                        .toList());
    }

    /** Which key sealed this, null when it is nothing sealed. */
    public static @Nullable String keyOf(String sealed) {
        String[] parts = sealed.split("\\.", -1);
        return parts.length == 3 && parts[0].equals(VERSION) ? parts[1] : null;
    }

    /** Whether it was sealed with the key that seals now. */
    public boolean isNewest(String sealed) {
        return !keys.isEmpty() && keys.get(keys.size() - 1).id.equals(keyOf(sealed));
    }

    /** Seals a text for a context; needs a key. */
    public String seal(String plain, String context) {
        Key key = keys.get(keys.size() - 1);
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, key, nonce, context).doFinal(plain.getBytes(StandardCharsets.UTF_8));
            byte[] all = ByteBuffer.allocate(nonce.length + sealed.length)
                    .put(nonce)
                    .put(sealed)
                    .array();
            return VERSION + "." + key.id + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(all);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    /**
     * Opens what was sealed for this context.
     *
     * @return null when none of the keys is the one it was sealed with
     * @throws IllegalArgumentException when it was sealed for another context, or changed since
     */
    public @Nullable String open(String sealed, String context) {
        String id = keyOf(sealed);
        for (Key key : keys) {
            if (key.id.equals(id)) {
                return open(key, sealed.substring(sealed.lastIndexOf('.') + 1), context);
            }
        }
        if (id == null) {
            throw new IllegalArgumentException("is not sealed by rework");
        }
        return null;
    }

    private static String open(Key key, String base64, String context) {
        try {
            byte[] all = Base64.getUrlDecoder().decode(base64);
            if (all.length > NONCE_BYTES) {
                byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
                byte[] plain = cipher(Cipher.DECRYPT_MODE, key, nonce, context)
                        .doFinal(all, NONCE_BYTES, all.length - NONCE_BYTES);
                return new String(plain, StandardCharsets.UTF_8);
            }
        } catch (AEADBadTagException | IllegalArgumentException e) {
            throw new IllegalArgumentException("was sealed for another operation or field, or changed since");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
        throw new IllegalArgumentException("was sealed for another operation or field, or changed since");
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, String context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.forCipher(), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** What stands for a text where it must be compared and not be known, by each key, the newest first. */
    List<String> marks(String plain, String context) {
        List<String> marks = new ArrayList<>();
        for (int i = keys.size() - 1; i >= 0; i--) {
            marks.add(mark(keys.get(i), context + "\0" + plain));
        }
        return marks;
    }

    private static String mark(Key key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.bytes, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC", e);
        }
    }

    /** Names no key. */
    @Override
    public String toString() {
        return "keys " + ids();
    }
}
