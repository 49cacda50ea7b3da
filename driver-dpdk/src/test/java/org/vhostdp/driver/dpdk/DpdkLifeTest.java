package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Threads;
import org.vhostdp.spi.Port;

/** Ports come and go; the process stays what it was. */
@Timeout(300)
final class DpdkLifeTest {
  private static final int TIMES = 100;
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private static int descriptors() throws Exception {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return (int) all.filter(DpdkLifeTest::isOpen).count();
    }
  }

  /** Java opens a jar when it needs the first class of it, and keeps it open. */
  private static boolean isOpen(Path descriptor) {
    try {
      return !Files.readSymbolicLink(descriptor).toString().endsWith(".jar");
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The line of /proc/self/status that begins so. */
  private static String status(String name) throws Exception {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aHundredPortsLeaveNothing() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      cycle(lab);
      MbufPool pool = MbufPools.open(1024, 512);
      int free = pool.available();
      int open = descriptors();
      for (int i = 0; i < TIMES; i++) {
        cycle(lab);
      }
      assertEquals(free, pool.available());
      long end = System.nanoTime() + PATIENCE_NANOS;
      while (open != descriptors() && System.nanoTime() < end) {
        Thread.sleep(10);
      }
      assertEquals(open, descriptors());
    }
  }

  /** Opens two ports, lets frames pass, keeps some on the way, and closes. */
  private static void cycle(DpdkLab lab) throws Exception {
    Port a = lab.started("wire", "cycle");
    Port b = lab.started("wire", "cycle");
    assertEquals(50, DpdkLab.send(a, 50, 60));
    assertEquals(20, DpdkLab.received(b, 20).size());
    b.close();
    assertEquals(10, DpdkLab.send(a, 10, 60));
    a.close();
    try (Port other = lab.started("vdev", "net_null9")) {
      assertEquals(32, DpdkLab.received(other, 32).size());
    }
  }

  @Test
  void theJvmKeepsItsHandlersAndItsProcessors() throws Exception {
    DpdkLab.needsDpdk();
    String caught = status("SigCgt");
    int[] processors = Threads.affinity();
    try (DpdkLab lab = DpdkLab.open()) {
      lab.started("vdev", "net_null6");
      assertEquals(caught, status("SigCgt"));
      assertTrue(Arrays.equals(processors, Threads.affinity()), "the thread was pinned");
      // The JVM finds this by SIGSEGV once the loop is compiled.
      Object[] nothing = new Object[1];
      assertThrows(NullPointerException.class, () -> dereference(nothing));
    }
  }

  private static int dereference(Object[] objects) {
    int sum = 0;
    for (int i = 0; i < 100_000; i++) {
      Object object = i == 99_999 ? objects[0] : objects;
      sum += object.hashCode();
    }
    return sum;
  }

  @Test
  void eightPortsWithManyThreadsShareOneEal() throws Exception {
    try (DpdkLab lab = DpdkLab.open()) {
      for (int i = 0; i < 8; i++) {
        Port port = lab.started("vdev", "net_null2" + i, "queues", "1");
        Thread thread = new Thread(() -> assertEquals(32, DpdkLab.received(port, 32).size()));
        thread.start();
        thread.join();
        assertEquals(32, DpdkLab.received(port, 32).size());
      }
    }
  }

  /** Opens a port in a Java of its own; what it said. */
  private static List<String> fresh(String... keysAndValues) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(
                    File.pathSeparator,
                    System.getProperty("java.class.path", ""),
                    System.getProperty("jdk.module.path", ""),
                    "target/test-classes"),
                FreshEal.class.getName()));
    command.addAll(List.of(keysAndValues));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> said = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), said.toString());
    return said;
  }

  @ParameterizedTest
  @ValueSource(strings = {"va", "pa"})
  void addressesMayBeVirtualOrPhysical(String mode) throws Exception {
    DpdkLab.needsDpdk();
    assumeTrue(Capability.has(Capability.CAP_SYS_ADMIN), "needs CAP_SYS_ADMIN");
    String option = "--iova-mode=" + mode;
    assertEquals(
        List.of("opened", "alive"), fresh("vdev", "net_null0", "hugepages", "off", "eal", option));
  }

  @Test
  void aFailedStartLeavesTheProcessAliveAndQuiet() throws Exception {
    DpdkLab.needsDpdk();
    List<String> said =
        fresh("vdev", "net_null0", "hugepages", "off", "eal", "--socket-mem nonsense");
    assertEquals(2, said.size(), said.toString());
    assertTrue(said.get(0).contains("rte_eal_init"), said.toString());
    assertTrue(said.get(0).contains("--socket-mem nonsense"), said.toString());
    assertEquals("alive", said.get(1));
  }

  @Test
  void missingHugePagesAreASentence() throws Exception {
    DpdkLab.needsDpdk();
    List<String> said = fresh("vdev", "net_null0", "hugepages", "on", "mbufs", "4000000");
    assertTrue(said.get(0).startsWith("RESOURCES: DPDK needs "), said.toString());
    assertTrue(said.get(0).contains("vm.nr_hugepages"), said.toString());
  }

  @Test
  void aStartSaysNothingOnStandardOutput() throws Exception {
    DpdkLab.needsDpdk();
    assertEquals(List.of("opened", "alive"), fresh("vdev", "net_null0", "hugepages", "off"));
  }
}
