"""A small thesaurus of common English words, for goals that ask for a meaning."""

from __future__ import annotations

from functools import lru_cache

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
bad awful terrible horrible poor
evil wicked depraved corrupt immoral sinful vile
kill murder slay assassinate slaughter
real genuine authentic actual true
pig swine hog boar
dog hound puppy
cat kitten feline
horse pony stallion
red scarlet crimson vermilion vermillion ruby
blue azure navy
purple violet
yellow golden
steal rob thieve swipe
fight battle combat brawl
war conflict battle
fix correct amend
teach instruct educate train
learn study
think believe consider suppose
understand comprehend grasp
allow permit let
forbid ban prohibit
need require
want wish desire crave
win triumph succeed prevail
lose fail
marry wed
leave depart exit go
arrive come reach
return give-back
send mail dispatch
carry haul transport bear
push shove
pull drag tug
open unlock
close shut
collect gather assemble accumulate
separate divide split part
increase grow expand enlarge
decrease shrink reduce diminish lessen
improve better enhance
admire respect esteem
blame accuse
praise compliment commend
cheat deceive trick fool
trap catch capture snare
escape flee
attack assault strike
defend guard protect
hit strike beat punch
touch feel
smell odor scent aroma
taste flavor
beautiful exquisite stunning
sharp pointed keen
blunt dull
round circular
flat level even
straight direct
crooked bent curved twisted
smooth silky
rough coarse bumpy
heavy weighty
light lightweight
thick dense
fat obese
tall high towering
short brief
long lengthy
wide broad
narrow slim
early premature
late tardy
often frequently regularly
rarely seldom
always forever eternally
now immediately instantly
maybe perhaps possibly
king monarch ruler sovereign
boss leader chief head
worker employee laborer
child infant baby toddler
man guy fellow
woman lady
town city village
shop store market
food meal nourishment
drink beverage
clothes clothing garments apparel
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


@lru_cache(maxsize=4096)
def _groups(word: str) -> frozenset[int]:
    """Return the positions of the groups that hold a word or its stem."""
    forms = {word, stem(word)}
    return frozenset(place for place, group in enumerate(SETS) if forms & group)


def kinship(wanted: str, found: str) -> float:
    """Return in [0, 1] how near two words are in meaning, as far as a short list tells."""
    ours, theirs = fold(wanted), fold(found)
    if ours == theirs:
        return 1.0
    mine, other = _groups(ours), _groups(theirs)
    if mine & other:
        return 0.9
    bridged = any(SETS[first] & SETS[second] for first in mine for second in other)
    return 0.5 if bridged else 0.8 * similarity(wanted, found)
