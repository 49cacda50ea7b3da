package org.vhostdp.attest;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;

/** Text around the bytes of a key. One key a file; lines outside of it are blank or comments. */
final class Pem {
  static final String PRIVATE = "PRIVATE KEY";
  static final String PUBLIC = "PUBLIC KEY";

  private static final int MOST_BYTES = 16 * 1024;

  private Pem() {}

  /** Reads the one key of a file. */
  static byte[] read(Path file, String label) throws Refused {
    String name = Printable.of(file);
    StringBuilder body = null;
    byte[] key = null;
    String text = BoundedFile.text(BoundedFile.bytes(file, MOST_BYTES), name);
    for (String line : text.lines().map(String::strip).toList()) {
      if (body != null && line.equals(end(label))) {
        key = decode(body, name);
        body = null;
      } else if (body != null) {
        body.append(line);
      } else if (line.equals(begin(label)) && key == null) {
        body = new StringBuilder();
      } else if (!line.isEmpty() && !line.startsWith("#")) {
        throw refused(name, label, line);
      }
    }
    if (key == null) {
      throw refused(name, label, "");
    }
    return key;
  }

  private static Refused refused(String name, String label, String line) {
    if (label.equals(PUBLIC) && line.equals(begin(PRIVATE))) {
      return new Refused(
          name + " is a private key. Keep it secret, and give its public key, NAME.pub.pem.");
    }
    if (label.equals(PRIVATE) && line.equals(begin(PUBLIC))) {
      return new Refused(name + " is a public key; the private one signs.");
    }
    return new Refused(
        "%s is not one %s in PEM, from a line %s to a line %s."
            .formatted(
                name,
                label.equals(PUBLIC) ? "public key" : "private key",
                begin(label),
                end(label)));
  }

  private static byte[] decode(CharSequence body, String name) throws Refused {
    try {
      return Base64.getDecoder().decode(body.toString());
    } catch (IllegalArgumentException e) {
      throw new Refused(name + " has a key that is not in base64.", e);
    }
  }

  /** A key as text, ended by a line feed. */
  static String text(byte[] key, String label) {
    byte[] feed = "\n".getBytes(StandardCharsets.US_ASCII);
    String body = Base64.getMimeEncoder(64, feed).encodeToString(key);
    return begin(label) + "\n" + body + "\n" + end(label) + "\n";
  }

  private static String begin(String label) {
    return "-----BEGIN " + label + "-----";
  }

  private static String end(String label) {
    return "-----END " + label + "-----";
  }
}
