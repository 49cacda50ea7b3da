package org.vhostdp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.attest.FolderDigest;
import org.vhostdp.attest.Machine;
import org.vhostdp.attest.TckResult;
import org.vhostdp.attest.json.Json;

/** The commands {@code vhost-dp tck key | sign | verify | diff | report}. */
final class TckCertificateTest {
  @TempDir private Path folder;
  private Path driver;
  private Path report;
  private Path trust;
  private Path key;

  @BeforeEach
  void make() throws Exception {
    driver = Files.createDirectories(folder.resolve("toy/lib")).getParent();
    Files.writeString(driver.resolve("lib/toy.jar"), "bytes");
    Files.writeString(
        driver.resolve("driver.properties"), "id=toy\nversion=1.2.0\nmodule=m\nspi=[1.0,2.0)\n");
    report = folder.resolve("report");
    result(TckResult.Status.PASS).write(report.resolve("result.json"));
    key = folder.resolve("me.pem");
    assertEquals(0, tck("key", key).code());
    trust = Files.createDirectories(folder.resolve("trust/self")).getParent();
    Files.copy(folder.resolve("me.pub.pem"), trust.resolve("self/me.pem"));
  }

  private TckResult result(TckResult.Status status) throws Exception {
    boolean passed = status == TckResult.Status.PASS;
    return new TckResult(
        new TckResult.Kit("0.1.0", "ab".repeat(32), 1),
        "0.1",
        new TckResult.Driver("toy", "1.2.0", "m", "[1.0,2.0)"),
        FolderDigest.of(driver),
        new TreeMap<>(Map.of("max-mtu", "1500")),
        List.of(),
        new TckResult.Harness("a pair", new TreeMap<>()),
        Machine.here(""),
        List.of(
            new TckResult.RuleResult(
                "TX-1", "counts", "transmit", "", status, passed ? "" : "It lied.", 1, List.of())),
        List.of(new TckResult.MutantResult("Lies", "TX-1", true, "It lied.")),
        List.of(),
        passed,
        new TckResult.Times(Instant.EPOCH, Instant.EPOCH, new TreeMap<>()));
  }

  private static Invocation tck(Object... words) {
    String[] all = new String[words.length + 1];
    all[0] = "tck";
    for (int i = 0; i < words.length; i++) {
      all[i + 1] = words[i].toString();
    }
    return Invocation.of(all);
  }

  private static void assertSays(int code, String sentence, Object... words) {
    Invocation done = tck(words);
    assertTrue(done.err().contains(sentence), done::toString);
    assertEquals(code, done.code(), done::err);
    assertFalse(done.err().contains("\tat "), done::err);
  }

  private Invocation sign() {
    return tck("sign", "--result", report, "--key", key, "--driver", driver);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "key", "sign", "verify", "diff", "report"})
  void everyCommandHasHelpWithExamples(String command) {
    Invocation help = command.isEmpty() ? Invocation.of("tck", "--help") : tck(command, "--help");
    assertEquals(0, help.code(), help.err());
    assertTrue(help.out().contains("Examples:\n  vhost-dp tck "), help.out());
    assertTrue(command.isEmpty() || help.out().contains("Exit codes: 0 "), help.out());
  }

  @Test
  void aSignedDriverIsVerified() throws Exception {
    Invocation signed = sign();
    assertEquals(0, signed.code(), signed.err());
    assertTrue(signed.out().startsWith("toy 1.2.0: pass, signed with the key "), signed.out());
    Invocation verified = tck("verify", driver, "--trust", trust);
    assertEquals(0, verified.code(), verified.err());
    assertTrue(verified.out().contains("level        self\nsigned by    me, key "), verified.out());
    Invocation json = tck("verify", driver, "--trust", trust, "--json");
    assertEquals(true, Json.at(Json.read(json.out()), "ok"));
    assertEquals("pass", Json.at(Json.read(json.out()), "verdict"));
    Path alone = driver.resolve("attest/certificate.dsse.json");
    assertEquals(0, tck("verify", alone, "--trust", trust).code());
    assertSays(
        1, "the level vendor is required", "verify", alone, "--trust", trust, "--level", "vendor");
  }

  @Test
  void theSameResultHasTheSameCertificate() throws Exception {
    sign();
    byte[] first = Files.readAllBytes(driver.resolve("attest/certificate.dsse.json"));
    sign();
    assertEquals(
        -1,
        Arrays.mismatch(first, Files.readAllBytes(driver.resolve("attest/certificate.dsse.json"))));
  }

  @Test
  void oneFlippedByteIsRefusedByName() throws Exception {
    sign();
    Files.writeString(driver.resolve("lib/toy.jar"), "bytez");
    assertSays(
        1,
        "The driver toy 1.2.0 in " + driver + " is refused: The file lib/toy.jar was changed",
        "verify",
        driver,
        "--trust",
        trust);
    Invocation json = tck("verify", driver, "--trust", trust, "--json");
    assertEquals(1, json.code());
    assertEquals(false, Json.at(Json.read(json.out()), "ok"));
    assertTrue(Json.at(Json.read(json.out()), "refusal").toString().contains("lib/toy.jar"));
  }

  @Test
  void whatWasNotTestedIsNotSigned() throws Exception {
    Files.writeString(driver.resolve("lib/toy.jar"), "new");
    Files.writeString(driver.resolve("x"), "");
    Invocation signed = sign();
    assertEquals(1, signed.code());
    assertTrue(
        signed.err().contains("it differs in lib/toy.jar (changed), x (extra). Test it again"),
        signed.err());
    assertFalse(Files.exists(driver.resolve("attest")));
  }

  @Test
  void aFailedResultIsSignedOnlyOnDemand() throws Exception {
    result(TckResult.Status.FAIL).write(report.resolve("result.json"));
    Invocation refused = sign();
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("is fail: The rule TX-1 failed. It is signed with --even"));
    Path out = folder.resolve("c.json");
    Object[] even = {"sign", "--result", report, "--key", key, "--out", out, "--even-failed"};
    assertEquals(0, tck(even).code());
    assertSays(1, "failed the conformance kit", "verify", out, "--trust", trust);
    assertSays(0, "failed the conformance kit", "verify", out, "--trust", trust, "--level", "none");
  }

  @Test
  void aStatedVerdictThatDoesNotFollowIsNotSigned() throws Exception {
    result(TckResult.Status.FAIL).stating(true).write(report.resolve("result.json"));
    Invocation refused = sign();
    assertEquals(1, refused.code());
    assertTrue(refused.err().contains("states the verdict pass, but The rule TX-1 failed."));
  }

  @Test
  void wrongArgumentsAreNamed() throws Exception {
    assertSays(2, "--driver, or the certificate", "sign", "--result", report, "--key", key);
    assertSays(2, "Missing required options", "sign");
    assertSays(2, "\"much\" is no trust level", "verify", driver, "--level", "much");
    assertSays(1, "There is no trust folder /none", "verify", driver, "--trust", "/none");
    assertSays(1, "There is no file /none", "verify", "/none", "--trust", trust);
    assertSays(1, "has no certificate", "verify", driver, "--trust", trust);
    assertSays(1, "is neither a report nor a certified driver", "diff", folder, report);
    assertSays(1, "me.pem exists already", "key", key);
    Path pub = folder.resolve("me.pub.pem");
    assertSays(1, "is a public key", "sign", "--result", report, "--key", pub, "--driver", driver);
    Files.writeString(report.resolve("result.json"), "{");
    assertSays(1, "is not JSON", "report", report);
    assertSays(2, "A command is missing: ");
  }

  @Test
  void aKeyThatOthersCanReadIsWarnedAbout() throws Exception {
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    Invocation signed = sign();
    assertEquals(0, signed.code());
    assertTrue(signed.err().contains("Others can read " + key), signed.err());
  }

  @Test
  void differencesAreShownAndCounted() throws Exception {
    sign();
    Invocation same = tck("diff", report, driver);
    assertEquals(0, same.code(), same.err());
    assertEquals("Both say the same.\n", same.out());
    Path other = folder.resolve("other.json");
    result(TckResult.Status.FAIL).write(other);
    Invocation differ = tck("diff", report, other);
    assertEquals(1, differ.code());
    assertTrue(differ.out().contains("rule TX-1\n  - pass\n  + fail: It lied.\n"), differ.out());
    Invocation json = tck("diff", report, other, "--json");
    assertEquals(2, Json.array(Json.read(json.out())).size(), json.out());
    assertEquals("[]\n", tck("diff", report, report, "--json").out());
  }

  @Test
  void aResultIsReportedInWords() throws Exception {
    Invocation passed = tck("report", report, "--all");
    assertEquals(0, passed.code(), passed.err());
    assertTrue(passed.out().startsWith("driver   toy 1.2.0\nverdict  pass\n"), passed.out());
    assertTrue(passed.out().contains("TX-1  pass    counts"), passed.out());
    Path other = folder.resolve("other.json");
    result(TckResult.Status.FAIL).write(other);
    Invocation failed = tck("report", other);
    assertEquals(1, failed.code());
    assertTrue(failed.out().contains("The rule TX-1 failed."), failed.out());
    Object json = Json.read(tck("report", other, "--json").out());
    assertEquals("fail", Json.at(json, "verdict"));
    assertEquals("toy", Json.at(json, "result", "driver", "id"));
    Path page = folder.resolve("page.html");
    assertEquals(1, tck("report", other, "--html", page).code());
    assertTrue(Files.readString(page).contains("It lied."));
    assertSays(1, "cannot be written", "report", report, "--html", folder.resolve("no/x.html"));
  }
}
