package org.vhostdp.guest.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestSpecTest {
  @TempDir Path folder;

  @Test
  void refusesWhatNoGuestCanHave() {
    GuestNic nic = GuestNic.on(Path.of("s"));
    assertThrows(IllegalArgumentException.class, () -> nic.withQueuePairs(0));
    assertThrows(IllegalArgumentException.class, () -> nic.withQueuePairs(257));
    assertThrows(IllegalArgumentException.class, () -> nic.withMac("52:54:00"));
    assertThrows(IllegalArgumentException.class, () -> nic.withMtu(65536));
    assertThrows(IllegalArgumentException.class, () -> GuestSpec.of().withMemory(63));
    assertThrows(IllegalArgumentException.class, () -> GuestSpec.of().withVcpus(0));
  }

  @Test
  void changesAddUp() {
    GuestSpec spec =
        GuestSpec.of().withAppend("a=1").withAppend("b").withOptions("-x").withOptions("-y", "1");
    assertEquals("a=1 b", spec.append());
    assertEquals(List.of("-x", "-y", "1"), spec.options());
    GuestNic nic = GuestNic.on(Path.of("s")).with("mrg_rxbuf", "off").with("gso", "off");
    assertEquals(List.of("mrg_rxbuf=off", "gso=off"), nic.properties());
  }

  @Test
  void pathsThatKernelArgumentsCannotCarryAreRefused() throws Exception {
    Path spaced = Files.createDirectory(folder.resolve("a b"));
    IOException refused = assertThrows(IOException.class, () -> GuestFolder.in(spaced));
    assertTrue(refused.getMessage().contains("\"" + spaced + "\""), refused.getMessage());
  }

  @Test
  void aDeletedFolderMayBeDeletedAgain() throws Exception {
    GuestFolder guest = GuestFolder.in(folder);
    guest.writeCommand(1, "true");
    guest.delete();
    guest.delete();
    assertTrue(Files.notExists(guest.path()));
  }

  @Test
  void missingProgramsAreNamedWithTheirPackages() {
    assertEquals(
        "A test needs what is not installed here (no-such-a, no-such-b): apt-get install pa pb.",
        Tools.missing("A test", "sh=dash no-such-a=pa no-such-b=pb").orElseThrow());
    assertTrue(Tools.missing("A test", "sh=dash").isEmpty());
  }
}
