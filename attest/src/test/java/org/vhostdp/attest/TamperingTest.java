package org.vhostdp.attest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever byte of a certificate is changed, it says what was signed, or nothing. */
final class TamperingTest {
  private static final SigningKey KEY = SigningKey.generate();

  @TempDir private Path folder;

  private int refused;
  private int same;

  private void tryOne(byte[] bytes, Certificate signed, Trust trust) throws Exception {
    Path file = folder.resolve("c.json");
    Files.write(file, bytes);
    try {
      Verified verified = Verification.check(Certificate.read(file), "c", trust, TrustLevel.SELF);
      Certificate read = verified.certificate().orElseThrow();
      assertEquals(signed.digest(), read.digest());
      assertEquals(signed.result(), read.result());
      same++;
    } catch (Refused e) {
      assertTrue(e.getMessage().endsWith("."), e.getMessage());
      refused++;
    }
  }

  @Test
  void everyByteChangedLeftOutOrDoubled() throws Exception {
    Samples.trust(folder.resolve("trust"), TrustLevel.SELF, "me", KEY);
    Trust trust = Trust.read(folder.resolve("trust"));
    Certificate signed = Certificate.sign(Samples.result(Map.of("a", "0".repeat(64))), KEY);
    byte[] right = signed.envelope().text().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < right.length; i++) {
      byte[] flipped = right.clone();
      flipped[i] ^= (byte) (1 << i % 8);
      tryOne(flipped, signed, trust);
      byte[] without = new byte[right.length - 1];
      System.arraycopy(right, 0, without, 0, i);
      System.arraycopy(right, i + 1, without, i, right.length - i - 1);
      tryOne(without, signed, trust);
      if (i % 16 == 0) {
        tryOne(Arrays.copyOf(right, i), signed, trust);
      }
    }
    assertTrue(refused > right.length, "refused " + refused);
    assertTrue(same > 0, "white space may change, but was never accepted");
  }

  @Test
  void everySignedByteIsCovered() throws Exception {
    Samples.trust(folder.resolve("trust"), TrustLevel.SELF, "me", KEY);
    Trust trust = Trust.read(folder.resolve("trust"));
    TckResult result = Samples.result(Map.of("a", "0".repeat(64)));
    byte[] payload = Statement.bytes(result);
    String keep = Certificate.sign(result, KEY).envelope().text();
    String base64 = Base64.getEncoder().encodeToString(payload);
    for (int i = 0; i < payload.length; i++) {
      byte[] changed = payload.clone();
      changed[i] ^= 1;
      String text = keep.replace(base64, Base64.getEncoder().encodeToString(changed));
      Path file = Files.writeString(folder.resolve("c.json"), text);
      assertThrows(
          Refused.class,
          () -> Verification.check(Certificate.read(file), "c", trust, TrustLevel.NONE),
          "byte " + i);
    }
  }
}
