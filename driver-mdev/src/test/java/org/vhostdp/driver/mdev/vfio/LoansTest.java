package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoansTest {
  private static final String NAME = "0000:00:04.0";

  @TempDir Path folder;

  @Test
  void whatALivingProcessTookIsItsOwn() throws Exception {
    Loans loans = new Loans(folder.resolve("notes"));
    loans.note(NAME, "virtio-pci");
    assertEquals(List.of(NAME), Sysfs.names(folder.resolve("notes")));
    assertNull(loans.left(NAME));
    loans.forget(NAME);
    loans.forget(NAME);
    assertEquals(List.of(), Sysfs.names(folder.resolve("notes")));
  }

  @Test
  void whatADeadOneTookIsLeft() throws Exception {
    Path proc = Files.createDirectory(folder.resolve("proc"));
    new Loans(folder).note(NAME, "virtio-pci");
    assertEquals(new Loans.Loan("virtio-pci"), new Loans(folder, proc).left(NAME));
    new Loans(folder).note(NAME, null);
    assertEquals(new Loans.Loan(null), new Loans(folder, proc).left(NAME));
  }

  @Test
  void aLaterProcessOfTheSameNumberIsAnother() throws Exception {
    Files.writeString(folder.resolve(NAME), "77 1000 virtio-pci\n");
    Path stat = Files.createDirectories(folder.resolve("proc/77")).resolve("stat");
    String before = "77 (a) b) c) S 1 77 77 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 ";
    Files.writeString(stat, before + "1000 2 3 4\n");
    assertNull(new Loans(folder, folder.resolve("proc")).left(NAME));
    Files.writeString(stat, before + "2000 2 3 4\n");
    assertEquals(
        new Loans.Loan("virtio-pci"), new Loans(folder, folder.resolve("proc")).left(NAME));
  }

  @Test
  void aDamagedNoteSaysNothing() throws Exception {
    Files.writeString(folder.resolve(NAME), "virtio-pci\n");
    assertNull(new Loans(folder).left(NAME));
    assertNull(new Loans(folder).left("0000:00:05.0"));
  }
}
