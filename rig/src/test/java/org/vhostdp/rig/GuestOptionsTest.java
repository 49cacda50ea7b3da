package org.vhostdp.rig;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GuestOptionsTest {
  private static GuestOptions read(String... words) {
    return GuestOptions.read(List.of(words));
  }

  @Test
  void whatFollowsTheDashesIsTheCommand() {
    GuestOptions options = read("--memory", "700", "--", "ls", "--", "--memory");
    assertEquals(List.of("ls", "--", "--memory"), options.command());
    assertEquals(700, options.plan().memoryMiB());
    assertEquals(Duration.ofMinutes(10), options.limit());
  }

  @Test
  void aGuestOutlivesItsCommandButNotForLong() {
    GuestOptions options = read("--limit", "30", "--boot-limit", "20", "--", "true");
    assertEquals(Duration.ofSeconds(30), options.limit());
    assertEquals(Duration.ofSeconds(20), options.plan().bootLimit());
    assertEquals(Duration.ofSeconds(210), options.plan().lifetime());
  }

  @Test
  void modulesWithAPathAreFiles() {
    GuestPlan plan = read("--module", "vfio-pci", "--module", "/a/b.ko").plan();
    assertEquals(List.of("vfio-pci"), plan.modules());
    assertTrue(plan.files().contains(Path.of("/a/b.ko")), plan.files().toString());
  }

  @Test
  void devicesAreHandedToQemuInTheirOrder() {
    GuestPlan plan = read("--netdev", "user,id=a", "--device", "e1000e,netdev=a").plan();
    assertEquals(List.of("-netdev", "user,id=a", "-device", "e1000e,netdev=a"), plan.options());
  }

  @ParameterizedTest
  @CsvSource({
    "--memory x,not \"x\"",
    "--cpus 0,above 0",
    "--colour blue,--colour",
    "--limit,--limit"
  })
  void wrongWordsAreNamed(String words, String named) {
    IllegalArgumentException wrong =
        assertThrows(IllegalArgumentException.class, () -> read(words.split(" ")));
    assertTrue(wrong.getMessage().contains(named), wrong.getMessage());
  }
}
