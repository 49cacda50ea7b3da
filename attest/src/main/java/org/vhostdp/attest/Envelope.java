package org.vhostdp.attest;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.attest.json.Json;

/** A DSSE envelope, version 1: bytes, what kind they are of, and who signed both. Unmodifiable. */
public final class Envelope {
  private static final int MOST_SIGNATURES = 16;

  /**
   * One signature.
   *
   * @param keyId whose it claims to be, "" if it does not say; nothing vouches for it
   * @param base64 its bytes
   */
  public record Signature(String keyId, String base64) {
    byte[] bytes() {
      return Base64.getDecoder().decode(base64);
    }
  }

  private final String payloadType;
  private final byte[] payload;
  private final List<Signature> signatures;

  private Envelope(String payloadType, byte[] payload, List<Signature> signatures) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.signatures = List.copyOf(signatures);
  }

  /** Signs bytes. */
  static Envelope sign(String payloadType, byte[] payload, SigningKey key) {
    String signature = Base64.getEncoder().encodeToString(key.sign(toSign(payloadType, payload)));
    return new Envelope(
        payloadType, payload.clone(), List.of(new Signature(key.publicKey().id(), signature)));
  }

  /**
   * The bytes that are signed: DSSE's pre-authentication encoding. Lengths are counted in bytes, so
   * that no part can pass for another.
   */
  static byte[] toSign(String payloadType, byte[] payload) {
    byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 64);
    out.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(type);
    out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  static Envelope parse(String text, String name) throws Refused {
    Fields fields = Fields.parse(text, name);
    byte[] payload = fields.base64("payload");
    List<Signature> signatures = new ArrayList<>();
    for (Fields each : fields.objects("signatures", MOST_SIGNATURES)) {
      String keyId = each.has("keyid") ? each.text("keyid") : "";
      byte[] signature = each.base64("sig");
      signatures.add(new Signature(keyId, Base64.getEncoder().encodeToString(signature)));
    }
    if (signatures.isEmpty()) {
      throw new Refused(name + " has no signature.");
    }
    return new Envelope(fields.text("payloadType"), payload, signatures);
  }

  /** What kind of thing the payload is. */
  public String payloadType() {
    return payloadType;
  }

  /** A copy of the signed bytes. */
  public byte[] payload() {
    return payload.clone();
  }

  /** Every signature; none has been verified. */
  public List<Signature> signatures() {
    return signatures;
  }

  /** Whether one of the signatures is a key's. */
  boolean isSigned(Signature signature, VerifyingKey key) {
    return key.verifies(toSign(payloadType, payload), signature.bytes());
  }

  /** The envelope as JSON, ended by a line feed. */
  public String text() {
    List<Object> all = new ArrayList<>();
    for (Signature signature : signatures) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("keyid", signature.keyId());
      one.put("sig", signature.base64());
      all.add(one);
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("payload", Base64.getEncoder().encodeToString(payload));
    out.put("payloadType", payloadType);
    out.put("signatures", all);
    return Json.pretty(out) + "\n";
  }
}
