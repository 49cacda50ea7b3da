package org.vhostdp.attest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EnvelopeTest {
  private static final SigningKey KEY = SigningKey.generate();

  private static String encoded(String type, String payload) {
    return new String(Envelope.toSign(type, payload.getBytes(UTF_8)), UTF_8);
  }

  @Test
  void whatIsSignedIsEncodedAsDsseSays() {
    assertEquals(
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        encoded("http://example.com/HelloWorld", "hello world"));
    assertEquals("DSSEv1 0  0 ", encoded("", ""));
    assertEquals("DSSEv1 2 \u00e9 3 \u20ac", encoded("\u00e9", "\u20ac"));
  }

  @Test
  void noPartPassesForAnother() {
    assertFalse(encoded("a", "b 1 c").equals(encoded("a 5 b", "c")));
  }

  @Test
  void anEnvelopeComesBack() throws Exception {
    byte[] payload = {0, 1, (byte) 0xFF, '>', '?', (byte) 0xFB, (byte) 0xEF, (byte) 0xBE};
    Envelope envelope = Envelope.sign("t/x", payload, KEY);
    Envelope back = Envelope.parse(envelope.text(), "e");
    assertArrayEquals(payload, back.payload());
    assertEquals("t/x", back.payloadType());
    assertEquals(KEY.publicKey().id(), back.signatures().getFirst().keyId());
    assertTrue(back.isSigned(back.signatures().getFirst(), KEY.publicKey()));
    String url = Base64.getUrlEncoder().encodeToString(payload);
    String other = envelope.text().replace(Base64.getEncoder().encodeToString(payload), url);
    assertFalse(other.equals(envelope.text()));
    assertArrayEquals(payload, Envelope.parse(other, "e").payload());
  }

  @Test
  void theTypeIsSignedToo() throws Exception {
    Envelope envelope = Envelope.sign("t/x", new byte[3], KEY);
    Envelope other = Envelope.parse(envelope.text().replace("t/x", "t/y"), "e");
    assertFalse(other.isSigned(other.signatures().getFirst(), KEY.publicKey()));
  }

  /** A part of the envelope, what replaces it, and what the refusal says. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"payload\": \"AAAA\" | \"payload\": \"A\" | the field payload is not base64",
        "\"payload\": \"AAAA\" | \"payload\": 5 | the field payload is not text",
        "\"payloadType\" | \"type\" | the field payloadType is missing",
        "\"signatures\": [ | \"signatures\": {}, \"x\": [ | the field signatures is no list",
        "\"signatures\": [ | \"signatures\": [], \"x\": [ | e has no signature",
        "\"sig\": \" | \"sig\": \"! | signatures[0].sig is not base64",
        "\"keyid\": \" | \"keyid\": \"\\u001b | signatures[0].keyid has control characters",
        "\"keyid\": \" | \"sig\": \"\", \"keyid\": \" | a key is there twice",
      })
  void whatIsMalformedIsNamed(String right, String wrong, String words) {
    String text = Envelope.sign("t/x", new byte[3], KEY).text();
    assertTrue(text.contains(right), () -> right + " in " + text);
    Refused refused =
        assertThrows(Refused.class, () -> Envelope.parse(text.replace(right, wrong), "e"));
    assertTrue(refused.getMessage().contains(words), refused.getMessage());
  }

  @Test
  void manySignaturesAreTooMany() {
    String text = Envelope.sign("t/x", new byte[3], KEY).text();
    String one = "{\"keyid\": \"\", \"sig\": \"AAAA\"},";
    String many = text.replace("\"signatures\": [", "\"signatures\": [" + one.repeat(16));
    Refused refused = assertThrows(Refused.class, () -> Envelope.parse(many, "e"));
    assertTrue(refused.getMessage().contains("more than 16"), refused.getMessage());
  }
}
