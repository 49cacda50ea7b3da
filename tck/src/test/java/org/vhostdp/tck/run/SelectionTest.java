package org.vhostdp.tck.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.tck.mutant.Mutant;
import org.vhostdp.tck.mutant.WireMutants;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rules.Rules;

/** Which rules a run tries, with which seeds. */
final class SelectionTest {
  private static final List<Rule> TOYS = ToyRules.book().rules();

  private static List<String> chosen(String... words) throws KitRefused {
    List<String> ids = new ArrayList<>();
    Selection selection = new Selection(List.of(words), TOYS);
    selection.groups().values().forEach(rules -> rules.forEach(rule -> ids.add(rule.id())));
    assertEquals(ids.size(), selection.size());
    return ids;
  }

  @Test
  void nothingNamedIsEverything() throws KitRefused {
    assertEquals(TOYS.size(), chosen().size());
    assertFalse(new Selection(List.of(), TOYS).partial());
  }

  @Test
  void rulesAndGroupsAreNamedInManyWays() throws KitRefused {
    assertEquals(List.of("TOY-1", "TOY-9"), chosen("toy-9", "TOY-1", "TOY-1"));
    List<String> life = List.of("TOY-1", "TOY-2", "TOY-3");
    assertEquals(life, chosen("life cycle"));
    assertEquals(life, chosen("LIFE_CYCLE"));
    assertEquals(life, chosen(" life-cycle ", "TOY-2"));
    assertTrue(new Selection(List.of("faults"), TOYS).partial());
  }

  @Test
  void whatMeansNothingIsNamed() {
    for (String wrong : List.of("TOY-99", "", "faults@1", "no group")) {
      KitRefused refused = assertThrows(KitRefused.class, () -> chosen("TOY-1", wrong));
      assertTrue(refused.getMessage().contains("no rule or group \"" + wrong + "\""), wrong);
    }
    KitRefused seed = assertThrows(KitRefused.class, () -> chosen("TOY-1@x"));
    assertEquals("In \"TOY-1@x\" the seed is no whole number of 64 bits.", seed.getMessage());
  }

  @Test
  void aSeedThatIsGivenIsTaken() throws KitRefused {
    Selection selection = new Selection(List.of("TOY-1@-5", "TOY-2"), TOYS);
    assertEquals(-5, selection.seed(TOYS.get(0), 1, 0));
    assertEquals(Seeds.of(1, "TOY-1", 1), selection.seed(TOYS.get(0), 1, 1));
    assertEquals(Seeds.of(1, "TOY-2", 0), selection.seed(TOYS.get(1), 1, 0));
  }

  @Test
  void seedsDifferByRunRuleAndTurnAndNeverChange() {
    Set<Long> seeds = new HashSet<>();
    for (long run = 0; run < 10; run++) {
      for (Rule rule : TOYS) {
        for (int turn = 0; turn < 10; turn++) {
          seeds.add(Seeds.of(run, rule.id(), turn));
        }
      }
    }
    assertEquals(10 * TOYS.size() * 10, seeds.size());
    assertEquals(GOLDEN, Seeds.of(4711, "TX-3", 0));
    assertNotEquals(0, Seeds.of(0, "", 0));
  }

  /** Old results are replayed by this. */
  private static final long GOLDEN = 3499360303291412148L;

  @Test
  void everyWireMutantBreaksARuleThatEveryDriverMustKeep() {
    for (Mutant mutant : WireMutants.all()) {
      Rule rule = Rules.find(mutant.rule()).orElseThrow();
      assertEquals(Need.NOTHING, rule.need(), mutant.rule());
    }
    assertEquals(5, WireMutants.all().stream().map(Mutant::name).distinct().count());
  }

  @Test
  void groupsAreTriedInTheirOrder() throws KitRefused {
    List<Group> order = List.copyOf(new Selection(List.of(), TOYS).groups().keySet());
    List<Group> sorted = order.stream().sorted().toList();
    assertEquals(sorted, order);
  }

  @Test
  void theEndOfAProcessIsPutInWords() {
    assertEquals("status 3", ExitWords.of(3));
    assertEquals("status 139, signal 11 SIGSEGV", ExitWords.of(139));
    assertEquals("status 150, signal 22", ExitWords.of(150));
    assertEquals("status 255", ExitWords.of(255));
  }
}
