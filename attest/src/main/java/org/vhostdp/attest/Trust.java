package org.vhostdp.attest;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whose signatures count. A trust folder looks like this:
 *
 * <pre>
 * project/NAME.pem   public Ed25519 keys of the project
 * vendor/NAME.pem    of vendors
 * self/NAME.pem      of the operator
 * revoked            a line for each revoked key or certificate: its SHA-256; # begins a comment
 * </pre>
 *
 * Anything else in it is refused, so that a misspelled name never passes for a list of revocations;
 * names that begin with a dot or README are not looked at. Unmodifiable; any thread.
 */
public final class Trust {
  /** Trusts nobody. */
  public static final Trust NOBODY = new Trust(Map.of(), Set.of());

  private static final String REVOKED = "revoked";
  private static final int MOST_ENTRIES = 1000;
  private static final int MOST_BYTES = 1 << 20;

  /**
   * One trusted key.
   *
   * @param name the file's name without {@code .pem}
   * @param level what its signature is worth
   * @param key the key
   */
  public record Signer(String name, TrustLevel level, VerifyingKey key) {}

  private final Map<String, Signer> signers;
  private final Set<String> revoked;

  private Trust(Map<String, Signer> signers, Set<String> revoked) {
    this.signers = Collections.unmodifiableMap(signers);
    this.revoked = Collections.unmodifiableSet(revoked);
  }

  /**
   * Reads a trust folder; one that does not exist trusts nobody.
   *
   * @throws Refused naming what is malformed in it: then nothing may be trusted
   */
  public static Trust read(Path folder) throws Refused {
    if (!Files.exists(folder)) {
      return NOBODY;
    }
    Map<String, Signer> signers = new LinkedHashMap<>();
    Set<String> revoked = new LinkedHashSet<>();
    for (Path entry : entries(folder)) {
      String name = entry.getFileName().toString();
      if (name.equals(REVOKED)) {
        readRevoked(entry, revoked);
      } else {
        readKeys(entry, levelOf(folder, name), signers);
      }
    }
    return new Trust(signers, revoked);
  }

  private static TrustLevel levelOf(Path folder, String name) throws Refused {
    for (TrustLevel level : TrustLevel.values()) {
      if (level != TrustLevel.NONE && level.word().equals(name)) {
        return level;
      }
    }
    throw new Refused(
        "The trust folder %s has \"%s\", which means nothing there. Keys belong into its folders"
                .formatted(Printable.of(folder), Printable.of(name))
            + " project, vendor and self, revocations into its file revoked.");
  }

  private static void readKeys(Path folder, TrustLevel level, Map<String, Signer> signers)
      throws Refused {
    for (Path file : entries(folder)) {
      String name = file.getFileName().toString();
      if (!name.endsWith(".pem")) {
        throw new Refused(
            "%s is no key: keys in a trust folder are named NAME.pem."
                .formatted(Printable.of(file)));
      }
      VerifyingKey key = VerifyingKey.read(file);
      Signer signer = new Signer(name.substring(0, name.length() - 4), level, key);
      // A key that lies in two folders is worth the better one.
      signers.merge(key.id(), signer, (a, b) -> a.level().suffices(b.level()) ? a : b);
    }
  }

  private static void readRevoked(Path file, Set<String> revoked) throws Refused {
    String name = Printable.of(file);
    int number = 0;
    for (String line : BoundedFile.text(BoundedFile.bytes(file, MOST_BYTES), name).split("\n")) {
      number++;
      int comment = line.indexOf('#');
      String digest = (comment < 0 ? line : line.substring(0, comment)).strip();
      if (digest.isEmpty()) {
        continue;
      }
      if (!Sha256.isDigest(digest)) {
        throw new Refused(
            "%s:%d: \"%s\" is neither a key's nor a certificate's SHA-256 of 64 small hexadecimal digits."
                .formatted(name, number, Printable.of(digest)));
      }
      revoked.add(digest);
    }
  }

  private static List<Path> entries(Path folder) throws Refused {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
      for (Path entry : all) {
        String name = entry.getFileName().toString();
        if (!name.startsWith(".") && !name.startsWith("README")) {
          entries.add(entry);
        }
        if (entries.size() > MOST_ENTRIES) {
          throw new Refused(
              "%s has more than %d entries.".formatted(Printable.of(folder), MOST_ENTRIES));
        }
      }
    } catch (IOException e) {
      throw unreadable(folder, e);
    } catch (DirectoryIteratorException e) {
      throw unreadable(folder, e.getCause());
    }
    Collections.sort(entries);
    return entries;
  }

  private static Refused unreadable(Path folder, IOException e) {
    return new Refused(
        "The trust folder %s cannot be read: %s.".formatted(Printable.of(folder), Reason.of(e)), e);
  }

  /** Every trusted key, revoked ones too. */
  public Collection<Signer> signers() {
    return signers.values();
  }

  /** The trusted key of an id, even if it is revoked. */
  public Optional<Signer> signer(String keyId) {
    return Optional.ofNullable(signers.get(keyId));
  }

  /** Whether a key, or a certificate, of this digest is revoked. */
  public boolean isRevoked(String digest) {
    return revoked.contains(digest);
  }
}
