package org.vhostdp.rig;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.guest.machine.GuestNet;
import org.vhostdp.guest.machine.GuestNic;
import org.vhostdp.guest.machine.GuestSpec;
import org.vhostdp.guest.machine.UmlGuest;

/**
 * Two Linux kernels, each a process with one network interface, which is a port of the image's
 * dataplane; the ports' drivers are joined by a switch of netmap's. Run by {@link NetmapGuestIT}.
 */
@Tag(NetmapGuests.TAG)
@Timeout(NetmapGuests.SECONDS)
final class NetmapGuests {
  static final String TAG = "netmap-guests";
  static final int SECONDS = 240;

  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Duration LIFE = Duration.ofSeconds(SECONDS);
  private static final String ADDRESS = "192.0.2.";
  private static final int NUMBERS = 60_000;

  /** For JUnit. */
  NetmapGuests() {}

  @Test
  void pingsAndTcpCrossASwitchBothWays(@TempDir Path folder) throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Process dataplane = dataplane(folder);
    try (GuestMachine one = guest(folder, 1);
        GuestMachine two = guest(folder, 2)) {
      pings(one, 2);
      pings(two, 1);
      tcp(one, two, 2);
      tcp(two, one, 1);
    } finally {
      dataplane.destroy();
      if (!dataplane.waitFor(20, TimeUnit.SECONDS)) {
        dataplane.destroyForcibly();
      }
    }
    String said = Files.readString(folder.resolve("log"));
    System.out.println(said);
    assertFalse(said.contains("ERROR"), said);
  }

  private static Process dataplane(Path folder) throws IOException, InterruptedException {
    Path image = DriverModule.tree().resolve("dist/target/vhost-dp");
    List<String> words = new ArrayList<>(List.of("timeout", "" + SECONDS));
    words.addAll(List.of(image.resolve("bin/vhost-dp").toString(), "run"));
    words.addAll(List.of("--control", folder.resolve("control").toString()));
    for (int i = 1; i <= 2; i++) {
      words.addAll(List.of("-object", "vhost-dp-netmap,id=n%1$d,port=vale0:vm%1$d".formatted(i)));
      words.add("-netdev");
      words.add("vhost-dp,id=vd%1$d,driver=n%1$d,socket=%2$s".formatted(i, socket(folder, i)));
    }
    Path log = folder.resolve("log");
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(socket(folder, 2)) && System.nanoTime() < end && process.isAlive()) {
      Thread.sleep(100);
    }
    if (!Files.exists(socket(folder, 2))) {
      process.destroyForcibly();
      throw new IOException("The dataplane did not start: " + Files.readString(log));
    }
    return process;
  }

  private static Path socket(Path folder, int number) {
    return folder.resolve(number + ".sock");
  }

  private static GuestMachine guest(Path folder, int number)
      throws IOException, InterruptedException {
    GuestNic nic = GuestNic.on(socket(folder, number));
    GuestMachine machine =
        UmlGuest.start(GuestSpec.of(nic).withMemory(128).withLimits(LIMIT, LIFE));
    try {
      GuestNet.configure(machine, ADDRESS + number + "/24", 0);
      return machine;
    } catch (IOException | InterruptedException | RuntimeException e) {
      machine.close();
      throw e;
    }
  }

  private static void pings(GuestMachine from, int to) throws IOException, InterruptedException {
    String command = "ping -n -q -c 10 -i 0.1 -w 20 " + ADDRESS + to;
    String said = from.run(command, LIMIT).required().output();
    System.out.println("PING to guest " + to + ": " + said.lines().toList().getLast());
  }

  /** Numbers in words, which the receiver knows, too, so that it can say which byte is wrong. */
  private static void tcp(GuestMachine from, GuestMachine into, int number)
      throws IOException, InterruptedException {
    String make = "seq 1 %d >/tmp/data; rm -f /tmp/came /tmp/end; ".formatted(NUMBERS);
    String listen =
        "{ busybox nc -l -p 5000 </dev/null >/tmp/came; echo $? >/tmp/end; } >/dev/null 2>&1 &";
    into.run(make + listen, LIMIT).required();
    long begin = System.nanoTime();
    String send =
        "sleep 1; exec 3<>/dev/tcp/%s/5000 && cat /tmp/data >&3 && exec 3>&-"
            .formatted(ADDRESS + number);
    from.run(make + send, LIMIT).required();
    String compare =
        "i=0; while [ ! -s /tmp/end ] && [ $i -lt 400 ]; do sleep 0.1; i=$((i + 1)); done;"
            + " cmp /tmp/data /tmp/came && wc -c </tmp/came";
    String came = into.run(compare, LIMIT).required().output().strip();
    long millis = (System.nanoTime() - begin) / 1_000_000;
    System.out.printf("TCP to guest %d: %s bytes in %d ms%n", number, came, millis);
  }
}
