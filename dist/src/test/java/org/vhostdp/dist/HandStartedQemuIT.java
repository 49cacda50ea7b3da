package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.GuestKernel;
import org.vhostdp.guest.machine.QemuGuest;

/**
 * {@code vhost-dp run} without any option, and a QEMU started by hand with the line it prints. Both
 * have a /run of their own, so that other instances on this machine do not matter.
 */
@Tag("qemu")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class HandStartedQemuIT {
  private static final Duration LIMIT = Duration.ofSeconds(240);
  private static final Duration END = Duration.ofSeconds(60);
  private static final String SOCKETS = "/run/vhost-dp";
  private static final String OWN_RUN = "mount -t tmpfs none /run && exec \"$@\"";

  /** What boots the guest, but says nothing of its network. */
  private static final String MACHINE =
      " -display none -no-reboot -cpu max -kernel %s -initrd %s -serial file:%s"
          + " -append 'console=ttyS0 quiet panic=-1 vhostdp.init=%s'"
          + " -fsdev local,id=root,path=/,security_model=none,readonly=on,multidevs=remap"
          + " -device virtio-9p-pci,fsdev=root,mount_tag=host";

  /** The guest's process 1. */
  private static final String INIT =
      """
      #!/bin/bash
      export PATH=/usr/sbin:/usr/bin:/sbin:/bin
      mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs devtmpfs /dev
      ip link set eth0 up && ip address add 192.0.2.2/24 dev eth0
      n=0
      for i in $(seq 20); do ping -n -q -c 1 -W 10 192.0.2.1 && n=$((n + 1)); done
      echo "of 20 pings $n received" >/dev/ttyS0
      echo done >/dev/ttyS0
      sleep 600
      """;

  @Test
  void theLineThatIsPrintedAttachesAGuest() throws Exception {
    QemuGuest.unavailable().ifPresent(Assumptions::abort);
    Needs.program("unshare", "util-linux");
    try (Lab lab = Lab.open()) {
      String[] own = {"unshare", "--mount", "--", "sh", "-c", OWN_RUN, "sh"};
      Session running = lab.start(LIMIT, Map.of(), words(own, VhostDp.COMMAND, "run"));
      running.awaitOutput("end it with Ctrl-C", VhostDp.START_LIMIT);
      assertEquals(1, lab.interfaces().size(), "interfaces");
      lab.run(END, printed(running.output(), "ip address add ").split(" "));

      Path console = lab.file("log.console");
      String[] beside = {"nsenter", "--mount=/proc/" + running.pid() + "/ns/mnt", "--"};
      String qemu = "exec " + printed(running.output(), "qemu-system") + machine(lab, console);
      try (Session guest = lab.start(LIMIT, Map.of(), words(beside, "bash", "-c", qemu))) {
        Wait.until(
            LIMIT,
            () -> !guest.alive() || said(console).contains("done"),
            () -> "the guest said:\n" + said(console));
        assertTrue(said(console).contains(" 20 received"), said(console) + guest.output());
        String status =
            lab.run(END, words(beside, VhostDp.COMMAND, "status", "--json").toArray(String[]::new));
        Object port = Json.array(Json.at(Json.read(status), "ports")).getFirst();
        assertEquals(Boolean.TRUE, Json.at(port, "attached"), status);
        assertEquals(0, running.terminate(END), running.output());
        String[] still = {
          "nsenter", "--mount=/proc/" + guest.pid() + "/ns/mnt", "--", "ls", SOCKETS
        };
        assertEquals("", lab.run(END, still), "sockets are left");
      }
      assertEquals(List.of(), lab.interfaces(), "interfaces are left");
    }
  }

  private static List<String> words(String[] first, String... more) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(List.of(more));
    return all;
  }

  private static String said(Path console) throws IOException {
    return Files.exists(console) ? Files.readString(console) : "";
  }

  /** A command that is printed, from its first word to the end of its last line. */
  private static String printed(String output, String start) {
    int from = output.indexOf(start);
    assertTrue(from >= 0, () -> "no " + start + " in " + output);
    int end = from;
    do {
      end = output.indexOf('\n', end + 1);
    } while (output.charAt(end - 1) == '\\');
    return output.substring(from, end);
  }

  private static String machine(Lab lab, Path console) throws Exception {
    GuestKernel kernel = GuestKernel.prepare(System.out::println);
    Path init = Files.writeString(lab.file("init"), INIT);
    Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
    return MACHINE.formatted(kernel.kernel(), kernel.initramfs(), console, init);
  }
}
