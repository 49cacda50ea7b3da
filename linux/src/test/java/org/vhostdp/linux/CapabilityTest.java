package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.generated.Libc;

class CapabilityTest {
  private static BigInteger status(String key) throws Exception {
    return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
        .filter(line -> line.startsWith(key + ":"))
        .map(line -> new BigInteger(line.substring(key.length() + 1).trim(), 16))
        .findFirst()
        .orElseThrow();
  }

  private static <T> T onOwnThread(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().start(task);
    return task.get();
  }

  @Test
  void agreesWithTheKernelsStatusFile() throws Exception {
    BigInteger effective = status("CapEff");
    for (int c = 0; c < 41; c++) {
      assertEquals(effective.testBit(c), Capability.has(c), Capability.name(c));
    }
  }

  @Test
  void keepOnlyKeepsTheGivenOnesOnThisThreadAndItsChildren() throws Exception {
    Rights.needCapability(Capability.CAP_NET_ADMIN);
    BigInteger before = status("CapEff");
    BigInteger child =
        onOwnThread(
            () -> {
              Capability.keepOnly(Capability.CAP_NET_ADMIN, Capability.CAP_NET_RAW);
              assertTrue(Capability.has(Capability.CAP_NET_ADMIN));
              assertFalse(Capability.has(Capability.CAP_SYS_ADMIN));
              assertEquals(status("CapEff"), status("CapPrm"));
              assertEquals(BigInteger.ZERO, status("CapInh"));
              assertEquals(BigInteger.ONE, status("NoNewPrivs"));
              return onOwnThread(() -> status("CapPrm"));
            });
    BigInteger wanted = BigInteger.ONE.shiftLeft(12).or(BigInteger.ONE.shiftLeft(13));
    assertEquals(before.and(wanted), child);
    assertEquals(before, status("CapEff"));
  }

  @Test
  void givenUpIsGivenUp() throws Exception {
    Rights.needCapability(Capability.CAP_SYS_ADMIN);
    LinuxException refused =
        onOwnThread(
            () -> {
              Capability.keepOnly();
              Capability.keepOnly(Capability.CAP_SYS_ADMIN);
              return assertThrows(LinuxException.class, Namespaces::create);
            });
    assertEquals(Errno.EPERM, refused.errno());
    assertTrue(refused.getMessage().contains("CAP_SYS_ADMIN"), refused.getMessage());
  }

  @Test
  void namesAndNumbersAreTheKernels() {
    assertEquals("CAP_NET_ADMIN", Capability.name(Libc.CAP_NET_ADMIN()));
    assertEquals("CAP_NET_RAW", Capability.name(Libc.CAP_NET_RAW()));
    assertEquals("CAP_SYS_ADMIN", Capability.name(Libc.CAP_SYS_ADMIN()));
    assertEquals("CAP_IPC_LOCK", Capability.name(Libc.CAP_IPC_LOCK()));
    assertEquals("CAP_SYS_NICE", Capability.name(Libc.CAP_SYS_NICE()));
    assertEquals("CAP_CHECKPOINT_RESTORE", Capability.name(40));
    assertEquals("capability 41", Capability.name(41));
    assertEquals("capability -1", Capability.name(-1));
    assertThrows(IllegalArgumentException.class, () -> Capability.has(64));
  }
}
