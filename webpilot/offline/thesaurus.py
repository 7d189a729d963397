"""A small thesaurus of common English words, for goals that ask for a meaning."""

from __future__ import annotations

from webpilot.offline.matching import fold, similarity, stem

__all__ = ["kinship"]

GROUPS = """
happy glad joyful cheerful delighted merry content pleased jolly
sad unhappy sorrowful gloomy miserable dejected depressed melancholy
angry mad furious irate enraged annoyed cross
afraid scared frightened terrified fearful alarmed
brave courageous fearless bold daring heroic valiant
big large huge enormous giant massive vast immense gigantic great
small little tiny minute mini miniature petite
fast quick rapid speedy swift hasty hurried
slow sluggish unhurried gradual lazy
smart clever intelligent bright wise brilliant brainy
stupid dumb foolish silly dense
pretty beautiful lovely gorgeous attractive handsome cute
ugly hideous unattractive unsightly
rich wealthy affluent prosperous
poor needy broke penniless destitute
old aged ancient elderly antique
new fresh recent modern novel
hot warm boiling heated scorching
cold chilly freezing icy frosty cool frigid
wet damp moist soaked soggy
dry arid parched
loud noisy deafening
quiet silent hushed still calm peaceful
strong powerful mighty sturdy tough muscular
weak feeble frail fragile
hard difficult challenging tough
easy simple effortless
delicious tasty yummy flavorful scrumptious
bad awful terrible horrible poor evil wicked
good great fine excellent superb wonderful
nice kind pleasant friendly
mean cruel nasty unkind
funny amusing comical humorous hilarious
strange odd weird peculiar unusual bizarre
important vital essential significant crucial
dull boring tedious uninteresting drab
interesting fascinating intriguing engaging
tired exhausted weary sleepy fatigued
sick ill unwell ailing
fat fleshy plump chubby overweight obese
thin slim slender skinny lean
clean neat tidy spotless pure
dirty filthy messy grimy soiled
empty vacant void bare hollow
full packed crammed stuffed
begin start commence launch initiate
end finish stop conclude complete cease terminate
speak talk say tell chat
answer reply respond response
ask question inquire query
shout yell scream cry
laugh giggle chuckle
look see watch view gaze observe stare
love adore cherish like
hate detest loathe dislike despise
help aid assist support
hurt harm injure damage wound
make create build construct produce
break smash shatter destroy ruin
fix repair mend
give donate provide present
take grab seize grasp
get obtain acquire receive
buy purchase
keep hold retain save
throw toss hurl fling cast
run sprint dash jog race
walk stroll stride
jump leap hop spring
fall drop tumble plunge
rise climb ascend
hide conceal cover
show display reveal exhibit
shake tremble shiver quiver
eat consume devour
choose pick select
change alter modify adjust
join connect unite link
cut slice chop
house home houses homes residence dwelling
child kid youngster
road street path lane
car automobile vehicle auto
picture image photo photograph
gift present
idea thought notion concept
job work task occupation
trip journey voyage travel
boat ship vessel
rock stone
woods forest
sea ocean
money cash funds
story tale
mistake error fault
enemy foe opponent
friend pal buddy companion
doctor physician
trash garbage rubbish waste
sound noise
fire flame blaze
television tv
lucky fortunate
true correct right accurate
wrong incorrect false
sure certain confident
secret hidden private
famous known renowned celebrated
rude impolite discourteous
polite courteous respectful
safe secure protected
dangerous risky hazardous unsafe
mad insane crazy
shiny bright gleaming
dark dim gloomy
deep profound
near close nearby
far distant remote
rare uncommon scarce
common usual ordinary normal typical
entire whole complete total
enough sufficient adequate
jealous envious
honest truthful sincere
stingy miserly
panic alarm
couch sofa
freedom liberty
fable legend myth
automobile car
"""
SETS = tuple(frozenset(line.split()) for line in GROUPS.strip().splitlines())


def kinship(wanted: str, found: str) -> float:
    """Return in [0, 1] how near two words are in meaning, as far as a short list tells."""
    ours, theirs = fold(wanted), fold(found)
    if ours == theirs:
        return 1.0
    stems = ({ours, stem(ours)}, {theirs, stem(theirs)})
    if any(stems[0] & group and stems[1] & group for group in SETS):
        return 0.9
    bridged = any(
        stems[0] & first and stems[1] & second and first & second
        for first in SETS
        for second in SETS
    )
    return 0.5 if bridged else 0.8 * similarity(wanted, found)
