package org.vhostdp.driver.netmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.TxQueue;

/**
 * Rates, printed and not judged; and next to them those of netmap's own pkt-gen, if the variable
 * NETMAP_PKT_GEN names it. What is judged: no frame is lost where none may be, and a crossing moves
 * frames whole.
 */
@Tag("guest-kernel")
@Tag("guest-compiled")
@Timeout(120)
final class NetmapRatesTest {
  private static final int BURST = 256;
  private static final int LENGTH = 60;
  private static final long NANOS = 3_000_000_000L;
  private static final String PKT_GEN = "NETMAP_PKT_GEN";

  @BeforeEach
  void module() {
    NetmapModule.needed();
  }

  /** Frames per second from one port to another, one thread for both. */
  private static long rate(Ends from, Ends to) {
    TxQueue tx = from.port.tx(0);
    RxQueue rx = to.port.rx(0);
    Burst burst = new Burst(BURST);
    long received = 0;
    long start = System.nanoTime();
    while (System.nanoTime() - start < NANOS) {
      send(from, tx, burst, BURST);
      received += drain(rx, burst);
    }
    return received * 1_000_000_000L / (System.nanoTime() - start);
  }

  private static int send(Ends from, TxQueue tx, Burst burst, int most) {
    int claimed = tx.claim(burst, most);
    for (int i = 0; i < claimed; i++) {
      from.memory().set(ValueLayout.JAVA_BYTE, burst.offset[i], (byte) -1);
      burst.length[i] = LENGTH;
    }
    int sent = tx.transmit(burst, 0, claimed);
    tx.unclaim(burst, sent, claimed - sent);
    return sent;
  }

  private static int drain(RxQueue rx, Burst burst) {
    int all = 0;
    for (int n = rx.receive(burst, BURST); n > 0; n = rx.receive(burst, BURST)) {
      all += n;
      rx.release(burst, 0, n);
    }
    return all;
  }

  @Test
  void switchAndPipe() throws Exception {
    try (Ends a = Ends.open("valeR1:a", "vnet-hdr", "off");
        Ends b = Ends.open("valeR1:b", "vnet-hdr", "off")) {
      System.out.println("RATE vhost-dp, VALE, 60 bytes, one thread: " + rate(a, b) + "/s");
    }
    try (Ends a = Ends.open("valeR2:p{1");
        Ends b = Ends.open("valeR2:p}1")) {
      System.out.println("RATE vhost-dp, pipe, 60 bytes, one thread: " + rate(a, b) + "/s");
      Statistics sent = new Statistics();
      Statistics received = new Statistics();
      a.port.statistics(sent);
      b.port.statistics(received);
      assertEquals(sent.txFrames, received.rxFrames + b.receiveNow().size());
    }
  }

  @Test
  void sendingIntoAnEmptySwitchNextToPktGen() throws Exception {
    try (Ends a = Ends.open("valeR3:a", "vnet-hdr", "off")) {
      Burst burst = new Burst(BURST);
      long frames = 0;
      long start = System.nanoTime();
      while (System.nanoTime() - start < NANOS) {
        frames += send(a, a.port.tx(0), burst, BURST);
      }
      long rate = frames * 1_000_000_000L / (System.nanoTime() - start);
      System.out.println("RATE vhost-dp, VALE, sending alone: " + rate + "/s");
      assertTrue(frames > 0);
    }
    pktGen("pkt-gen, VALE, sending alone", "-i", "valeR4:a", "-f", "tx");
    try (Ends receiver = Ends.open("valeR5:b", "vnet-hdr", "off")) {
      Process sender = start("-i", "valeR5:a", "-f", "tx");
      if (sender != null) {
        Burst burst = new Burst(BURST);
        Thread.sleep(2500);
        long before = System.nanoTime();
        long frames = 0;
        while (System.nanoTime() - before < NANOS) {
          frames += drain(receiver.port.rx(0), burst);
        }
        long rate = frames * 1_000_000_000L / (System.nanoTime() - before);
        System.out.println("RATE vhost-dp receives from pkt-gen, VALE: " + rate + "/s");
        stop(sender);
      }
    }
    pairOfPktGen();
  }

  private static void pairOfPktGen() throws Exception {
    Process receiver = start("-i", "valeR6:b", "-f", "rx");
    if (receiver != null) {
      pktGen("pkt-gen to pkt-gen, VALE (sender's rate)", "-i", "valeR6:a", "-f", "tx");
      receiver.toHandle().destroy();
      report("pkt-gen to pkt-gen, VALE (receiver's rate)", receiver);
    }
  }

  private static Process start(String... arguments) throws Exception {
    String tool = System.getenv(PKT_GEN);
    if (tool == null || !Files.isExecutable(Path.of(tool))) {
      System.out.println("RATE of pkt-gen: none, " + PKT_GEN + " names no program");
      return null;
    }
    String[] command = new String[arguments.length + 5];
    command[0] = tool;
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    command[arguments.length + 1] = "-b";
    command[arguments.length + 2] = Integer.toString(BURST);
    command[arguments.length + 3] = "-w";
    command[arguments.length + 4] = "1";
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  private static void pktGen(String what, String... arguments) throws Exception {
    Process process = start(arguments);
    if (process != null) {
      Thread.sleep(1500 + TimeUnit.NANOSECONDS.toMillis(NANOS));
      process.toHandle().destroy();
      report(what, process);
    }
  }

  private static void report(String what, Process process) throws Exception {
    String said = new String(process.getInputStream().readAllBytes());
    stop(process);
    said.lines()
        .filter(line -> line.contains("pps") && !line.contains("max"))
        .skip(1)
        .limit(3)
        .forEach(line -> System.out.println("RATE " + what + ": " + line.strip()));
  }

  private static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(5, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  @Test
  void aCrossingMovesFramesWithoutACopy() throws Exception {
    PortSettings settings = PortSettings.defaults();
    try (Ends in = Ends.open(settings, "valeR7:m{1");
        Ends left = Ends.open(settings, "valeR7:m}1");
        Ends right = Ends.open(settings, "valeR7:m{2");
        Ends out = Ends.open(settings, "valeR7:m}2")) {
      Crossing crossing = Crossing.of(left.port, 0, right.port, 0);
      for (int i = 0; i < 3000; i++) {
        byte[] frame = Ends.frame(i, 60 + i % 1400);
        assertTrue(in.send(frame));
        assertEquals(1, crossing.move(BURST));
        assertArrayEquals(frame, out.receive());
      }
      Burst burst = new Burst(BURST);
      long received = 0;
      long start = System.nanoTime();
      while (System.nanoTime() - start < NANOS) {
        send(in, in.port.tx(0), burst, BURST);
        crossing.move(BURST);
        received += drain(out.port.rx(0), burst);
      }
      long rate = received * 1_000_000_000L / (System.nanoTime() - start);
      System.out.println("RATE vhost-dp, pipe, slots exchanged, pipe: " + rate + "/s");
    }
  }

  @Test
  void portsOfDifferentMemoryCannotCross() throws Exception {
    try (Ends a = Ends.open("valeR8:a");
        Ends b = Ends.open("valeR8:b")) {
      assertThrows(DriverException.class, () -> Crossing.of(a.port, 0, b.port, 0));
    }
  }
}
