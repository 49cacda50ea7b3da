package org.vhostdp.dataplane.steering;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.QueuePolicy;

/** What operators write is read, or refused with a sentence that says what would do. */
class SteeringSpecTest {
  @TempDir private Path folder;

  private static String refused(String policy, String... flows) {
    SteeringRefused refused =
        assertThrows(SteeringRefused.class, () -> SteeringSpec.of(policy, List.of(flows)));
    assertTrue(refused.getMessage().endsWith("."), refused.getMessage());
    assertTrue(refused.getMessage().chars().noneMatch(Character::isISOControl));
    assertTrue(refused.getMessage().length() < 400);
    return refused.getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "tcp 10.0.0.1:80 > 10.0.0.2:* = 1, tcp 10.0.0.1:80 > 10.0.0.2:* = 1",
    "udp * > [2001:db8::2]:53=0, udp *:* > [2001:db8:0:0:0:0:0:2]:53 = 0",
    "ip 255.255.255.255>* = 126, ip 255.255.255.255:* > *:* = 126",
    "' tcp  *:65535  >  *:0  =  3 ', tcp *:65535 > *:0 = 3",
    "ip [FE80::1:abcd] > * = 2, ip [fe80:0:0:0:0:0:1:abcd]:* > *:* = 2"
  })
  void rulesAreReadAndWrittenTheSame(String line, String canonical) throws Exception {
    SteeringSpec spec = SteeringSpec.of("auto", List.of(line));
    assertEquals(List.of(canonical), spec.flows());
    assertEquals(spec, SteeringSpec.of("auto", spec.flows()));
    assertTrue(spec.decidesHere());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "tcp",
        "tcp 10.0.0.1:80 10.0.0.2 = 1",
        "tcp 10.0.0.1:80 > 10.0.0.2",
        "tcp 10.0.0.1:80 > 10.0.0.2 = ",
        "tcp 10.0.0.1:80 > 10.0.0.2 = 127",
        "tcp 10.0.0.1:80 > 10.0.0.2 = -1",
        "tcp 10.0.0.1:80 > 10.0.0.2 = 99999999999999999999",
        "tcp 10.0.0.1:65536 > 10.0.0.2 = 1",
        "tcp 10.0.0.1: > 10.0.0.2 = 1",
        "tcp 10.0.0.256 > * = 1",
        "tcp 10.0.1 > * = 1",
        "tcp example.org > * = 1",
        "tcp 2001:db8::1 > * = 1",
        "tcp [2001:db8::1:80 > * = 1",
        "tcp [::ffff:10.0.0.1]:80 > * = 1",
        "tcp [:::]:80 > * = 1",
        "tcp [2001:db8::1] > 10.0.0.1 = 1",
        "ip 10.0.0.1:80 > * = 1",
        "sctp 10.0.0.1:80 > * = 1",
        "tcp \u0007* > * = 1",
        "tcp * > * = 1 = 2"
      })
  void badRulesAreRefused(String line) {
    refused("auto", line);
  }

  @Test
  void numbersAreBounded() throws Exception {
    refused("auto", "tcp * > * = 1".repeat(1000));
    List<String> many = Collections.nCopies(257, "tcp * > * = 1");
    assertThrows(SteeringRefused.class, () -> SteeringSpec.of("auto", many));
    SteeringSpec spec = SteeringSpec.of("auto", List.of("tcp * > * = 2"));
    spec.check(3);
    SteeringRefused beyond = assertThrows(SteeringRefused.class, () -> spec.check(2));
    assertTrue(beyond.getMessage().contains("queue 2"), beyond.getMessage());
  }

  @Test
  void policiesAreNamed() throws Exception {
    assertEquals("auto", SteeringSpec.AUTO.policy());
    assertFalse(SteeringSpec.AUTO.decidesHere());
    SteeringSpec program = SteeringSpec.of("ebpf:/sys/fs/bpf/steer", List.of());
    assertEquals("/sys/fs/bpf/steer", program.program());
    assertFalse(program.decidesHere());
    for (String bad :
        List.of(
            "",
            "rss",
            "ebpf:",
            "ebpf:steer",
            "ebpf:/a/../b",
            "ebpf:/a\0b",
            "ebpf:/" + "x".repeat(5000))) {
      refused(bad);
    }
  }

  /** Compiles a policy and installs it as a class path would. */
  private URLClassLoader installed() throws IOException {
    Path source = folder.resolve("Other.java");
    Files.writeString(
        source,
        """
        public final class Other implements org.vhostdp.spi.QueuePolicy {
          public String name() { return "other"; }
          public int queue(java.lang.foreign.MemorySegment frame, long offset, int length,
              int hash, int queues) { return queues - 1; }
        }
        """);
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve("org.vhostdp.spi.QueuePolicy"), "Other\nNobody\n");
    String spi = QueuePolicy.class.getProtectionDomain().getCodeSource().getLocation().getPath();
    int failed =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(System.out, System.err, "-proc:none", "-cp", spi, "-d", "" + folder, "" + source);
    assertEquals(0, failed);
    return new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader());
  }

  @Test
  void anInstalledPolicyIsFoundAndAnUnknownOneRefusedWithTheList() throws Exception {
    assertTrue(refused("policy:other").contains("None is installed"));
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader loader = installed()) {
      Thread.currentThread().setContextClassLoader(loader);
      assertTrue(refused("policy:none").contains("Installed: other."));
      SteeringSpec spec = SteeringSpec.of("policy:other", List.of());
      assertTrue(spec.decidesHere());
      try (SwitchBed bed = new SwitchBed(1, 3, spec)) {
        bed.drivers[0].feed(new byte[60]);
        assertEquals(1, bed.drain().get(2).size());
      }
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
