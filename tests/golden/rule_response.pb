
ê
FST-08BIn darker skin the acid starts at 50 % and stays at or below 70 %."cross_50_vs_80_luong_2024"cross_lee_2002"cross_bhardwaj_2010"AAMIR13*SKIN_OF_COLOURBsafety/phototype.tomlJplanning_phototype >= 4R	tca-crossZmodify